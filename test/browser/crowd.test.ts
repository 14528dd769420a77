import { afterAll, beforeAll, expect, it } from 'vitest'
import { column } from '../helpers/browser-job.ts'
import { elementsOf, heapOf, startCrowd } from '../helpers/crowd.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** Budgets of a page with much to show. Times are the bench's (bench/measure-board.ts); counts are promised here. */
const NODES = 3_000
const HEAP_BYTES = 150_000_000
/** How many of a job's events a page keeps (web/api/live.ts). */
const KEPT = 5_000
/** Enough for twice of that, although some are joined; what an hour brings is measured by the bench. */
const EVENTS = 16_000

let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('a board of 1,000 cards uses fewer than 3,000 elements, and its last card can be reached', async () => {
  const id = await startCrowd(server, { tasks: 1000, updates: 1, updatesPerSecond: 10 })
  await visit(server, { path: `/jobs/${id}`, size: { width: 1440, height: 900 } }, async ({ page }) => {
    await page.getByRole('region', { name: 'To do, 998' }).waitFor()
    await column(page, 'In progress').getByRole('link').first().waitFor()
    expect(await elementsOf(page)).toBeLessThan(NODES)
    await column(page, 'To do').getByRole('link').first().focus()
    await page.keyboard.press('End')
    await column(page, 'To do')
      .getByRole('link', { name: /^Task 1000:/ })
      .waitFor()
    expect(await elementsOf(page)).toBeLessThan(NODES)
  })
})

it('a page that has received more events than it keeps uses less than 150 MB of heap', async () => {
  const perAgent = EVENTS / 2
  const id = await startCrowd(server, { tasks: 24, updates: perAgent, updatesPerSecond: 400 })
  await visit(server, { path: `/jobs/${id}/team` }, async ({ page }) => {
    await page
      .getByText(new RegExp(`of ${perAgent}: looking`))
      .first()
      .waitFor()
    let highest = 0
    const end = `Run the tests (${perAgent - 1})`
    await until('the last of so many events', 110_000, async () => {
      highest = Math.max(highest, await heapOf(page))
      const agents = await server.client.agents(id)
      return agents.filter(({ last_activity }) => last_activity === end).length === 2 ? true : null
    })
    await page.getByText(end).first().waitFor()
    for (const tab of ['Activity', 'Board', 'Team']) {
      await page.getByRole('link', { name: tab }).click()
      highest = Math.max(highest, await heapOf(page))
    }
    const [last] = await server.client.pastEvents(id, { limit: 1 })
    // Some are joined before they are stored: more of them on a machine that is busy.
    expect(last?.seq).toBeGreaterThan(2 * KEPT)
    expect(highest).toBeLessThan(HEAP_BYTES)
  })
})
