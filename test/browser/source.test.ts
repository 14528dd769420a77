import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeDir } from '../helpers/made-dirs.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { makeSource } from '../helpers/source-repository.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** An unusable source is reported at its field; a usable one gives the job its branch. */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('an error of the server about a source is shown at its field, which stays open while it is fixed', async () => {
  const whole = makeSource(`${makeDir('slipway-source-')}/site`)
  await visit(server, { expected: [/400/] }, async ({ page }) => {
    const source = page.getByRole('textbox', { name: 'Source repository' })
    const start = page.getByRole('button', { name: 'Start' })
    await page.getByRole('textbox', { name: 'Vision' }).fill('a dark mode')
    await page.getByText('Solo', { exact: true }).click()
    await page.getByRole('button', { name: 'Options' }).click()
    for (const [given, sentence] of [
      ['./site', 'the source is a relative path'],
      ['https://127.0.0.1:1/x', 'The source https://127.0.0.1:1/x cannot be used. Its host does not answer'],
      [`${whole}/.git/refs`, `It is inside the repository ${whole}: give ${whole}.`],
    ] as const) {
      await source.fill(given)
      // As found by a person who returns to a draft.
      await page.reload()
      await start.click()
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor()
      const note = await source.getAttribute('aria-describedby')
      expect(await page.locator(`[id="${note}"]`).textContent()).toContain(sentence)
    }
    await source.fill(whole)
    await page.getByRole('alert').waitFor({ state: 'detached' })
    expect(await source.isVisible()).toBe(true)
    await start.click()
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/)
    await page.getByText('trunk', { exact: true }).waitFor()
  })
})
