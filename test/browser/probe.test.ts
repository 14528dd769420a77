import { afterAll, beforeAll, expect, it } from 'vitest'
import { column, progressOf, startJob, statusPill } from '../helpers/browser-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/**
 * The critical path on screen in its shortest form: nothing is reloaded, so what moves was moved by events.
 * test/mutations.ts stops the events and expects this to go red.
 */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('a job that is started on screen is shown running, moving its first card and progressing', async () => {
  await visit(server, {}, async ({ page }) => {
    await startJob(page, 'a counter [[demo:slow=500]]')
    await statusPill(page, 'Running').waitFor({ timeout: 10_000 })
    await column(page, 'Done').getByRole('link').first().waitFor({ timeout: 20_000 })
    expect(await until('progress', 5000, async () => (await progressOf(page)) || null)).toBeGreaterThan(0)
  })
})
