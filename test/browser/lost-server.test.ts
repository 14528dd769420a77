import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { startJob, waitForStatus } from '../helpers/browser-job.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { useBrowser } from '../helpers/use-browser.ts'

const { visit } = useBrowser()

/** While there is no server, the browser writes down each request that finds none. */
const unreachable = [
  /ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|ERR_NETWORK|ERR_SOCKET|Failed to fetch/,
  /network/i,
]

it('the page shows within 5 s that the server is lost, keeps its data, and catches up without a reload', async () => {
  const dataDir = makeDataDir()
  let server = await startTestServer({ dataDir })
  const port = new URL(server.url).port
  await visit(server, { expected: unreachable }, async ({ page }) => {
    const id = await openSoloJob(page, server)
    const loaded = await page.evaluate(() => performance.timeOrigin)
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText('The job was accepted.').waitFor()

    await server.crash()
    await page.getByText(/^Connection lost at /).waitFor({ timeout: 5000 })
    await page.getByText('The job was accepted.').waitFor()

    server = await startTestServer({ dataDir, args: ['--port', port] })
    await page.getByText('Connected again.').waitFor({ timeout: 30_000 })
    await waitForStatus(page, 'Completed')
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded)

    // Nothing is there twice: an event is named by its message, and the job was accepted once.
    expect(await page.getByText('The job was accepted.').count()).toBeLessThanOrEqual(1)
    const seqs = (await server.client.events(id, 0)).map((event) => event.seq)
    expect(new Set(seqs).size).toBe(seqs.length)
  })
  await server.stop()
})

it('a server that hangs with open connections is noticed within 5 s, and the page catches up when it continues', async () => {
  const server = await startTestServer()
  await visit(server, { expected: unreachable }, async ({ page }) => {
    const id = await openSoloJob(page, server)
    const loaded = await page.evaluate(() => performance.timeOrigin)
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText('The job was accepted.').waitFor()

    process.kill(server.pid, 'SIGSTOP')
    const stopped = Date.now()
    try {
      const banner = page.getByText(/^Connection lost at /)
      await banner.waitFor({ timeout: 5000 })
      // It shows the time of the last data from the server, not the time at which the silence was detected.
      const said = /lost at (.+?), showing/.exec(await banner.innerText())?.[1] ?? ''
      const since = Date.parse(`${new Date().toDateString()} ${said}`)
      expect(since).toBeGreaterThan(stopped - 4000)
      expect(since).toBeLessThanOrEqual(stopped)
      expect(await shownEvents(page)).toBeGreaterThan(0)
    } finally {
      process.kill(server.pid, 'SIGCONT')
    }

    await page.getByText('Connected again.').waitFor({ timeout: 30_000 })
    await waitForStatus(page, 'Completed')
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded)
    await until('every event once', 10_000, async () => {
      const [last] = await server.client.pastEvents(id, { limit: 1 })
      return (await shownEvents(page)) === last?.seq ? true : null
    })
    const rows = await page.locator('[data-seq]').evaluateAll((all) => all.map((row) => row.dataset['seq']))
    expect(new Set(rows).size).toBe(rows.length)
  })
  await server.stop()
})

it('during an outage only unloaded parts fail, clocks stop, and everything comes back', async () => {
  const dataDir = makeDataDir()
  let server = await startTestServer({ dataDir })
  const port = new URL(server.url).port
  await visit(server, { expected: unreachable }, async ({ page }) => {
    // A page that is never idle fetches nothing ahead: its tabs and dialogs are still to be loaded.
    await page.addInitScript(() => Object.assign(window, { requestIdleCallback: () => 0 }))
    await startJob(page, 'a calculator for the command line [[demo:slow=2000]]')
    await waitForStatus(page, 'Running')
    const loaded = await page.evaluate(() => performance.timeOrigin)
    await server.crash()
    await page.getByText(/^Connection lost at /).waitFor({ timeout: 5000 })
    const elapsed = page.locator('header dl time')
    const then = { words: await elapsed.innerText(), at: await page.evaluate(() => Date.now()) }

    await page.getByRole('link', { name: 'Proof' }).click()
    await page.getByText('This part has not been loaded yet').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('This could not be opened').waitFor()
    await page.waitForFunction((at) => Date.now() - at > 2500, then.at)
    expect(await elapsed.innerText()).toBe(then.words)
    const states = await page
      .locator('.animate-turn')
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).animationPlayState))
    expect(new Set(states)).toEqual(new Set(['paused']))

    server = await startTestServer({ dataDir, args: ['--port', port] })
    await page.getByText('Connected again.').waitFor({ timeout: 30_000 })
    await page.getByText('This part has not been loaded yet').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('alertdialog', { name: 'Cancel this job?' }).waitFor()
    await page.getByRole('button', { name: 'Keep it' }).click()
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded)
  })
  await server.stop()
})

it('an idle page prefetches its other screens: all tabs open without a server, and typed text is kept', async () => {
  const server = await startTestServer()
  await visit(server, { expected: unreachable }, async ({ page }) => {
    await startJob(page, 'a counter [[demo:slow=1000]]')
    const fetched = page.waitForFunction(() => {
      const names = performance.getEntriesByType('resource').map((entry) => entry.name)
      return ['proof', 'plan', 'settings', 'palette', 'dialog-window', 'session-view'].every((part) =>
        names.some((name) => name.includes(`/assets/${part}`)),
      )
    })
    await fetched
    await server.crash()
    await page.getByText(/^Connection lost at /).waitFor({ timeout: 5000 })
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    for (const tab of ['Team', 'Activity', 'Files', 'Proof', 'Plan', 'Board'])
      await page
        .getByRole('navigation', { name: 'Views of the job' })
        .getByRole('link', { name: tab })
        .click()
    await page.getByRole('link', { name: 'New job', exact: true }).click()
    expect(asked.filter((path) => path.startsWith('/assets/'))).toEqual([])
    expect(await page.getByText('could not be loaded').count()).toBe(0)

    await page.getByRole('textbox', { name: 'Vision' }).fill('a clock')
    await page.getByText('The server cannot be reached. You can start the job when it is back').waitFor()
    expect(await page.getByRole('button', { name: 'Start' }).isDisabled()).toBe(true)
    await page.getByRole('textbox', { name: 'Vision' }).press('Enter')
    expect(await page.getByRole('textbox', { name: 'Vision' }).inputValue()).toBe('a clock')
  })
})

/** A job of one agent, which is at work for a while and then soon at its end; shows it. */
async function openSoloJob(page: Page, server: TestServer): Promise<string> {
  const vision = 'a counter [[demo:slow=8000]]'
  const { job_id } = await server.client.createJob({ vision, mode: 'solo', backend: 'offline' })
  await page.goto(`/jobs/${job_id}`)
  await waitForStatus(page, 'Running')
  return job_id
}

/** The number of events shown on the page. */
async function shownEvents(page: Page): Promise<number> {
  const summary = await page.getByText(/events( loaded)?, latest at the end/).innerText()
  return Number(/(\d+) events/.exec(summary)?.[1])
}
