import fs from 'node:fs'
import path from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { makeDir } from '../helpers/made-dirs.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** The use of the disk is shown; a retention is set in the settings and names what it removes first. */
const MB = 1_000_000
// The server applies the retention by itself only after an hour.
const env = { SLIPWAY_RETENTION_SECONDS: '3600' }
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer({ env })
})
afterAll(() => server.stop())

/** Runs a job to its end, and lets it hold 30 MB more than it does. */
async function done(vision: string): Promise<string> {
  const { job_id } = await server.client.createJob({ vision, mode: 'solo' })
  expect((await endOf(server, job_id)).status).toBe('completed')
  fs.writeFileSync(path.join(server.dataDir, 'jobs', job_id, 'result', 'large'), Buffer.alloc(30 * MB, 1))
  return job_id
}

const section = (page: Page, name: string): Locator =>
  page.locator('section', { has: page.getByRole('heading', { name, exact: true }) })
const days = (page: Page): Locator => page.getByRole('textbox', { name: 'Days to keep a job after its end' })
const gigabytes = (page: Page): Locator => page.getByRole('textbox', { name: /^Disk space for all jobs/ })
const save = (page: Page): Promise<void> =>
  section(page, 'Retention').getByRole('button', { name: 'Save' }).click()

it('a retention is set, shows first what it removes, and removes it on request', async () => {
  const [old, taken, kept] = [await done('a counter'), await done('a calculator'), await done('a todo list')]
  await server.client.download(taken).then(({ body }) => body.cancel())
  await visit(server, { path: '/settings' }, async ({ page }) => {
    await days(page).fill('a week')
    await save(page)
    await page.getByText('Enter a whole number from 1 to 3650, or leave this empty.').waitFor()
    expect(await days(page).getAttribute('aria-invalid')).toBe('true')
    await days(page).fill('')
    await gigabytes(page).fill('0,04')
    await save(page)
    const warning = page.getByRole('alertdialog', { name: 'Save this, and remove jobs?' })
    await warning.getByText(/more than 0.04 GB/).waitFor()
    await warning.getByRole('button', { name: 'Change nothing' }).click()
    expect((await server.client.settings()).retention.gigabytes).toBeNull()
    await save(page)
    await warning.getByRole('button', { name: 'Save and remove' }).click()
    await page.getByText('Saved.').waitFor()
    expect((await server.client.settings()).retention).toEqual({ days: null, gigabytes: 0.04 })

    await page.goto('/health')
    const storage = section(page, 'Storage')
    await storage.getByRole('img', { name: /^The disk: jobs 9\d\.\d MB, .* must stay free$/ }).waitFor()
    await storage.getByText(/^When all jobs together hold more than 0.04 GB/).waitFor()
    await storage.getByText('Nobody has a copy of a job that will be removed soon').waitFor()
    const row = (title: string): Locator => storage.getByRole('row', { name: new RegExp(title) })
    await row('calculator').getByText('next, to make room').waitFor()
    await row('todo').getByText('stays').waitFor()
    await storage.getByRole('button', { name: 'Remove now' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Remove 2 jobs?' })
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/^a calculator3\d\.\d MB$/i),
      expect.stringMatching(/^a counter3\d\.\d MBNobody has a copy$/i),
    ])
    await dialog.getByRole('button', { name: 'Remove 2 jobs' }).click()
    await page.getByText(/^2 jobs removed, 6\d\.\d MB free again\.$/).waitFor()
    await storage.getByText('Recently removed: 2 jobs').click()
    await storage.getByText('nobody had a copy').waitFor()
    expect(await storage.getByRole('button', { name: 'Remove now' }).count()).toBe(0)
  })
  expect((await server.client.listJobs()).jobs.map(({ id }) => id)).toEqual([kept])
  const { removed } = await server.client.storage()
  expect(removed.map(({ id }) => id).toSorted()).toEqual([old, taken].toSorted())
})

it('the retention of the settings file is shown, and a change is refused with the name of the file', async () => {
  const file = path.join(makeDir('slipway-settings-'), 'slipway.yaml')
  fs.writeFileSync(file, 'retention:\n  days: 30\n')
  await server.stop()
  server = await startTestServer({ env, dataDir: server.dataDir, args: ['--config', file] })
  await server.client.putSettings({
    ...(await server.client.settings()),
    retention: { days: 30, gigabytes: null },
  })
  await visit(server, { path: '/settings', expected: [/409/] }, async ({ page }) => {
    await days(page).fill('60')
    await save(page)
    await section(page, 'Retention').getByRole('alert').getByText(file).waitFor()
    expect(await days(page).inputValue()).toBe('30')
    expect(await days(page).isEditable()).toBe(false)
    await gigabytes(page).fill('5')
    await save(page)
    await page.getByText('Saved.').waitFor()
    expect(await days(page).isEditable()).toBe(false)
  })
  expect((await server.client.settings()).retention).toEqual({ days: 30, gigabytes: 5 })
})
