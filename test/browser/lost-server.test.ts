import { expect, it } from 'vitest'
import { startJob, waitForStatus } from '../helpers/browser-job.ts'
import { makeDataDir, startTestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

const { visit } = useBrowser()

/** While there is no server, the browser writes down each request that finds none. */
const unreachable = [/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|ERR_NETWORK|Failed to fetch/, /network/i]

it('the page says within 5 s that the server is lost, keeps what it knew, and catches up without a reload', async () => {
  const dataDir = makeDataDir()
  let server = await startTestServer({ dataDir })
  const port = new URL(server.url).port
  await visit(server, { expected: unreachable }, async ({ page }) => {
    const id = await startJob(page, 'a calculator for the command line [[demo:slow=2000]]')
    await waitForStatus(page, 'Running', 20_000)
    const loaded = await page.evaluate(() => performance.timeOrigin)
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText('The job was accepted.').waitFor()

    await server.crash()
    await page.getByText(/^Connection lost at /).waitFor({ timeout: 5000 })
    await page.getByText('The job was accepted.').waitFor()

    server = await startTestServer({ dataDir, args: ['--port', port] })
    await page.getByText('Connected again.').waitFor({ timeout: 30_000 })
    await waitForStatus(page, 'Completed', 110_000)
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded)

    // Nothing is there twice: an event is named by its message, and the job was accepted once.
    expect(await page.getByText('The job was accepted.').count()).toBeLessThanOrEqual(1)
    const seqs = (await server.client.events(id, 0)).map((event) => event.seq)
    expect(new Set(seqs).size).toBe(seqs.length)
  })
  await server.stop()
})
