import { afterAll, beforeAll, expect, it } from 'vitest'
import { column, progressOf, startJob, statusPill } from '../helpers/browser-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { letPass } from '../helpers/until.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** Without the worker loop, the conditions of the journeys do not occur, so those would fail. */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_WORKERS: '0' } })
})
afterAll(() => server.stop())

it('no part of the screen shows a job as running', async () => {
  // The health check answers 503, and the browser writes that down.
  await visit(server, { expected: [/503/] }, async ({ page }) => {
    await startJob(page, 'a calculator for the command line')
    await statusPill(page, 'Queued').waitFor()
    await letPass(10_000)
    expect(await statusPill(page, 'Running').count()).toBe(0)
    expect(await column(page, 'In progress').getByRole('link').count()).toBe(0)
    expect(await progressOf(page)).toBe(0)
    await page.goto('/health')
    await page.getByText(/^Not ready: worker/).waitFor()
  })
})
