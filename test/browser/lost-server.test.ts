import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { startJob, waitForStatus } from '../helpers/browser-job.ts'
import { makeDataDir, startTestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
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

it('a server that stands still with its connections open is noticed within 5 s, and caught up with when it goes on', async () => {
  const server = await startTestServer()
  await visit(server, { expected: unreachable }, async ({ page }) => {
    const id = await startJob(page, 'a counter [[demo:slow=1000]]')
    await waitForStatus(page, 'Running', 20_000)
    const loaded = await page.evaluate(() => performance.timeOrigin)
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText('The job was accepted.').waitFor()

    process.kill(server.pid, 'SIGSTOP')
    const stopped = Date.now()
    try {
      const banner = page.getByText(/^Connection lost at /)
      await banner.waitFor({ timeout: 5000 })
      // It names the time at which the server was last heard, not the one at which the silence was noticed.
      const said = /lost at (.+?), showing/.exec(await banner.innerText())?.[1] ?? ''
      const since = Date.parse(`${new Date().toDateString()} ${said}`)
      expect(since).toBeGreaterThan(stopped - 4000)
      expect(since).toBeLessThanOrEqual(stopped)
      expect(await shownEvents(page)).toBeGreaterThan(0)
    } finally {
      process.kill(server.pid, 'SIGCONT')
    }

    await page.getByText('Connected again.').waitFor({ timeout: 30_000 })
    await waitForStatus(page, 'Completed', 110_000)
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded)
    const last = await server.client.pastEvents(id, { limit: 1 })
    await until('every event once', 10_000, async () =>
      (await shownEvents(page)) === last[0]?.seq ? true : null,
    )
    const rows = await page.locator('[data-seq]').evaluateAll((all) => all.map((row) => row.dataset['seq']))
    expect(new Set(rows).size).toBe(rows.length)
  })
  await server.stop()
})

/** How many events the page says it has. */
async function shownEvents(page: Page): Promise<number> {
  const summary = await page.getByText(/events( loaded)?, latest at the end/).innerText()
  return Number(/(\d+) events/.exec(summary)?.[1])
}
