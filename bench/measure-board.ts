import type { Browser, Page } from 'playwright-core'
import { launchBrowser, openPage } from '../test/helpers/browser.ts'
import { setup as buildWeb } from '../test/helpers/built-web.ts'
import { elementsOf, heapOf, startCrowd } from '../test/helpers/crowd.ts'
import { startTestServer, type TestServer } from '../test/helpers/server.ts'
import { until } from '../test/helpers/until.ts'
import { startFloor, type Floor } from './floor.ts'
import { median } from './quantile.ts'
import type { Report } from './report.ts'

const VISITS = 9
const SIZE = { width: 1440, height: 900 }
/** Enough cards to fill the window; of a long board the rest is drawn when it comes into sight. */
const IN_SIGHT = 7
const HOUR_OF_EVENTS = 36_000
const CARDS = 'article[data-task]'

/** What a person waits for at a board: the built files in a real browser. */
export async function measureBoard(report: Report): Promise<void> {
  buildWeb()
  const [browser, floor, server] = await Promise.all([launchBrowser(), startFloor(), startTestServer()])
  try {
    for (const [tasks, shown, aim] of [
      [24, 24, '< 300 ms'],
      [1000, IN_SIGHT, '< 700 ms'],
    ] as const)
      await measureVisits(report, { browser, floor, server }, { tasks, shown, aim })
  } finally {
    await browser.close()
    await Promise.all([server.stop(), floor.stop()])
  }
}

interface Stage {
  readonly browser: Browser
  readonly floor: Floor
  readonly server: TestServer
}

async function measureVisits(
  report: Report,
  { browser, floor, server }: Stage,
  { tasks, shown, aim }: { readonly tasks: number; readonly shown: number; readonly aim: string },
): Promise<void> {
  const id = await startCrowd(server, { tasks, updates: 1, updatesPerSecond: 1 })
  const [first, again, bare]: [number[], number[], number[]] = [[], [], []]
  let elements = 0
  for (let visit = 0; visit < VISITS; visit += 1) {
    // A context of its own begins with an empty cache; a log-in without a page loads nothing of it.
    const { page, context } = await openPage(browser, server, {
      path: '/api/health',
      size: SIZE,
      loggedIn: false,
    })
    await context.request.post('/api/session', { data: { token: server.token } })
    await noteCards(page, shown)
    first.push(await timeOfCards(page, `/jobs/${id}`))
    elements = Math.max(elements, await elementsOf(page))
    again.push(await timeOfCards(page, `/jobs/${id}`))
    const plain = await context.newPage()
    await noteCards(plain, tasks)
    bare.push(await timeOfCards(plain, `${floor.url}/cards?count=${tasks}`))
    await context.close()
  }
  await server.client.cancel(id)
  const floorMs = median(bare)
  report.time(
    `a board of ${tasks} cards on screen, empty cache, median of ${VISITS}`,
    median(first),
    aim,
    floorMs,
  )
  report.time(`... opened again, median of ${VISITS}`, median(again), aim, floorMs)
  report.add({ name: `elements of the page with ${tasks} cards`, measured: String(elements), aim: '< 3,000' })
}

/** In the page: the moment at which so many cards are there and the frame with them has been drawn. */
async function noteCards(page: Page, count: number): Promise<void> {
  await page.addInitScript({
    content: `function afterFrame(act) {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = act
      port2.postMessage(null)
    }
    (function look() {
      if (document.querySelectorAll('${CARDS}').length < ${count}) requestAnimationFrame(look)
      else afterFrame(() => performance.mark('cards'))
    })()`,
  })
}

/** Milliseconds from the beginning of the navigation. */
async function timeOfCards(page: Page, address: string): Promise<number> {
  await page.goto(address)
  const mark = await page.waitForFunction(() => performance.getEntriesByName('cards').at(0)?.startTime)
  return Number(await mark.jsonValue())
}

/** What a page costs that stays open for an hour. */
export async function measureHour(report: Report): Promise<void> {
  buildWeb()
  const [browser, server] = await Promise.all([launchBrowser(), startTestServer()])
  try {
    await followHour(report, browser, server)
  } finally {
    await browser.close()
    await server.stop()
  }
}

/** As many events as ten a second bring in an hour, in less time, on the page of a job that shows them. */
async function followHour(report: Report, browser: Browser, server: TestServer): Promise<void> {
  const updates = HOUR_OF_EVENTS / 2
  const id = await startCrowd(server, { tasks: 24, updates, updatesPerSecond: 400 })
  const { page, context } = await openPage(browser, server, { path: `/jobs/${id}/team`, size: SIZE })
  let highest = 0
  await until('an hour of events', 180_000, async () => {
    highest = Math.max(highest, await heapOf(page))
    const [newest] = await server.client.pastEvents(id, { limit: 1 })
    return (newest?.seq ?? 0) > HOUR_OF_EVENTS ? newest : null
  })
  await page
    .getByText(`Run the tests (${updates - 1})`)
    .first()
    .waitFor()
  highest = Math.max(highest, await heapOf(page))
  await context.close()
  await server.client.cancel(id)
  report.add({
    name: `heap of a job's page, the most during ${HOUR_OF_EVENTS.toLocaleString('en')} events`,
    measured: `${Math.round(highest / 1e6)} MB`,
    aim: '< 150 MB',
  })
}
