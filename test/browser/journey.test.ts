import { afterAll, beforeAll, expect, it } from 'vitest'
import { column, progressOf, startJob, waitForStatus } from '../helpers/browser-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** The critical path as a person sees it: nothing between the page and the real server, agents and git. */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('a job begins within 10 s, its cards move, agents are shown at work, and the result can be read', async () => {
  await visit(server, {}, async ({ page }) => {
    await startJob(page, 'a calculator for the command line [[demo:slow=1500]]')
    const loaded = await page.evaluate(() => performance.timeOrigin)
    await waitForStatus(page, 'Running')

    const building = column(page, 'In progress').getByRole('link', { name: 'Evaluate expressions' })
    const before = await progressOf(page)
    await building.waitFor({ timeout: 60_000 })
    await until('progress without a reload', 30_000, async () =>
      (await progressOf(page)) > before ? true : null,
    )

    await page.getByRole('link', { name: 'Team' }).click()
    await page.getByText('Working', { exact: true }).first().waitFor({ timeout: 30_000 })
    await page.getByText('Evaluate expressions').first().waitFor()

    await page.getByRole('link', { name: 'Board' }).click()
    await column(page, 'Done')
      .getByRole('link', { name: 'Evaluate expressions' })
      .waitFor({ timeout: 60_000 })
    await waitForStatus(page, 'Completed')
    expect(await progressOf(page)).toBe(100)

    await page.getByRole('link', { name: 'Files' }).click()
    await page
      .getByRole('button', { name: /calculate\.js/ })
      .first()
      .click()
    await page.getByText('export function calculate').first().waitFor()
    await page.getByText('Changes', { exact: true }).click()
    await page
      .getByRole('region', { name: 'src/calculate.js' })
      .getByText('export function')
      .first()
      .waitFor()

    await page.getByRole('link', { name: 'Proof' }).click()
    await page.getByText('all of them passed').waitFor()
    await page
      .getByRole('button', { name: /node --test/ })
      .first()
      .click()
    const evidence = page.getByRole('region', { name: 'The whole job' })
    await evidence.getByText('Exit code').waitFor()
    await evidence.getByText('exit 0').first().waitFor()
    const commit = (await server.client.listJobs({ page_size: 1 })).jobs[0]?.id ?? ''
    const { head_commit } = await server.client.getJob(commit)
    await evidence.getByText(head_commit?.slice(0, 12) ?? 'no commit').waitFor()
    // All of this on one and the same page load.
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded)
  })
})

it('a job is cancelled from its page', async () => {
  await visit(server, {}, async ({ page }) => {
    await startJob(page, 'a counter [[demo:hang]]')
    await column(page, 'In progress').getByRole('link').first().waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByRole('button', { name: 'Cancel the job' }).click()
    await waitForStatus(page, 'Cancelled', 15_000)
  })
})

it('an unavailable backend cannot be chosen, and shows why', async () => {
  await visit(server, {}, async ({ page }) => {
    await page.getByRole('button', { name: /^Backend: / }).click()
    const missing = page.getByRole('menuitemcheckbox', { name: /slipway backends install/ }).first()
    await missing.waitFor()
    expect(await missing.getAttribute('aria-disabled')).toBe('true')
  })
})

it('errors of the form are shown at their fields, and nothing is sent', async () => {
  await visit(server, {}, async ({ page }) => {
    await page.getByRole('textbox', { name: 'Vision' }).press('Enter')
    await page.getByText('Say in a sentence what should be built.').waitFor()
    await page.getByRole('button', { name: 'Options' }).click()
    await page.getByRole('textbox', { name: 'Vision' }).fill('a counter')
    await page.getByLabel('Tasks at once').fill('99')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByText('A whole number from 1 to 16.').waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
  })
})

it('a failed job shows its evidence, and the address of a check leads back to it', async () => {
  await visit(server, {}, async ({ page }) => {
    await startJob(page, 'a counter [[demo:unfixable]]')
    await waitForStatus(page, 'Failed')
    await page.getByRole('link', { name: 'Proof' }).click()
    await page.getByText('Not proven').waitFor()
    const failed = page.getByRole('button', { name: /Failed/ }).first()
    await failed.click()
    const log = page.getByRole('region', { name: /^Output of / })
    await log.waitFor()
    const shown = await log.innerText()
    await page.reload()
    await log.waitFor()
    expect(await log.innerText()).toBe(shown)
  })
})
