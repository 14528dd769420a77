import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('saved defaults of new jobs are confirmed, even though the saved values replace the form', async () => {
  await visit(server, { path: '/settings' }, async ({ page }) => {
    await page.getByRole('textbox', { name: 'Tasks at once' }).fill('3')
    await page
      .locator('section', { has: page.getByRole('heading', { name: 'Jobs', exact: true }) })
      .getByRole('button', { name: 'Save' })
      .click()
    await page.getByText('Saved.').waitFor()
    expect(await page.getByRole('textbox', { name: 'Tasks at once' }).inputValue()).toBe('3')
  })
  expect((await server.client.settings()).defaults.parallelism).toBe(3)
})
