import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { makeDir } from '../helpers/made-dirs.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('a backup is made from the Health screen; an unusable directory is reported at its field', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a counter', mode: 'solo' })
  await endOf(server, job_id)
  const directory = path.join(makeDir('slipway-backups-'), 'monday')
  await visit(server, { path: '/health', expected: [/400/] }, async ({ page }) => {
    const field = page.getByRole('textbox', { name: 'Directory' })
    const begin = page.getByRole('button', { name: 'Back up' })
    await field.fill(path.join(server.dataDir, 'inside'))
    await begin.click()
    await page.getByText(/is inside the data directory/).waitFor()
    await field.fill(directory)
    await begin.click()
    const section = page.locator('section', { has: page.getByRole('heading', { name: 'Backup' }) })
    await section.getByText('Completed').waitFor()
    await section.getByText(directory).waitFor()
  })
  expect(fs.readdirSync(path.join(directory, 'jobs'))).toEqual([job_id])
  expect(fs.existsSync(path.join(directory, 'secrets.key'))).toBe(false)
})
