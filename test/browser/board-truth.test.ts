import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { column, progressOf, startJob, waitForStatus } from '../helpers/browser-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** The page is consistent and correct at every moment. */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('header and board always show the same counts, and not all tasks count as started before there is a plan', async () => {
  await visit(server, {}, async ({ page }) => {
    await page.addInitScript(watchCounts)
    await startJob(page, 'a todo list with a CLI [[demo:slow=150]]')
    await waitForStatus(page, 'Completed')
    const seen = await countsSeen(page)
    expect(seen.frames).toBeGreaterThan(20)
    expect(seen.untrue).toEqual([])
    // The tabs' count of the job and the columns agreed on something that moved.
    expect(new Set(seen.counts).size).toBeGreaterThan(3)
  })
})

it('a cancelled task is not done: it has its own column, and header and column agree', async () => {
  await visit(server, {}, async ({ page }) => {
    await page.addInitScript(watchCounts)
    const id = await startJob(page, 'a calculator for the command line [[demo:slow=100]]')
    await column(page, 'Done').getByRole('link').nth(1).waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByRole('button', { name: 'Cancel the job' }).click()
    await waitForStatus(page, 'Cancelled', 30_000)
    await column(page, 'Not done').getByRole('link').first().waitFor()
    const { tasks } = await server.client.getJob(id)
    expect(await column(page, 'Done').getByRole('link').count()).toBe(tasks.done)
    expect(await column(page, 'Not done').getByRole('link').count()).toBe(tasks.total - tasks.done)
    expect((await countsSeen(page)).untrue).toEqual([])
  })
})

it('a single agent begins at 0 %, and during checks the page shows the number of the check', async () => {
  const { job_id: id } = await server.client.createJob({
    vision: 'a counter [[demo:slow=1500]]',
    mode: 'solo',
    checks: ['sleep 5'],
  })
  await visit(server, { path: `/jobs/${id}` }, async ({ page }) => {
    await column(page, 'In progress').getByRole('link').first().waitFor({ timeout: 60_000 })
    expect(await progressOf(page)).toBe(0)
    await column(page, 'In progress')
      .getByText(/^Checking 1 of \d: sleep 5, \d+ s$/)
      .waitFor({ timeout: 60_000 })
    expect(
      await page
        .locator('header')
        .getByText(/^Check 1 of \d, \d+ s$/)
        .count(),
    ).toBe(1)
    await waitForStatus(page, 'Completed')
  })
})

it('a job that waits for approval shows that, and how long it has waited for people', async () => {
  const { job_id: id } = await server.client.createJob({ vision: 'a counter', approve_plan: true })
  await visit(server, { path: `/jobs/${id}` }, async ({ page }) => {
    await page.getByText(/^Waiting for you: the plan needs your approval/).waitFor({ timeout: 60_000 })
    await column(page, 'To do').getByText('The plan waits for your approval.').waitFor()
    await page.getByText(/ of it waiting for you$/).waitFor({ timeout: 10_000 })
  })
  await server.client.cancel(id)
})

interface Counts {
  frames: number
  counts: string[]
  untrue: string[]
}

declare global {
  interface Window {
    countsSeen?: Counts
  }
}

/** Runs in the page: compares, in every frame, the counts in the tab with the cards in the columns. */
function watchCounts(): void {
  const seen: Counts = { frames: 0, counts: [], untrue: [] }
  window.countsSeen = seen
  const look = (): void => {
    requestAnimationFrame(look)
    const tab = [...document.querySelectorAll('nav[aria-label="Views of the job"] a')].find((link) =>
      link.textContent.startsWith('Board'),
    )
    const said = /(\d+)\/(\d+)/.exec(tab?.textContent ?? '')
    const columns = [...document.querySelectorAll('section[data-column]')]
    if (said === null || columns.length === 0) return
    const size = (name?: string): number =>
      columns
        .filter((one) => name === undefined || one.getAttribute('data-column') === name)
        .reduce((sum, one) => sum + Number(/, (\d+)$/.exec(one.getAttribute('aria-label') ?? '')?.[1]), 0)
    seen.frames += 1
    const now = `${size('done')}/${size()}`
    if (seen.counts.at(-1) !== now) seen.counts.push(now)
    if (now !== said[0]) seen.untrue.push(`the tab says ${said[0]}, the columns ${now}`)
    const phase = document.querySelector('ol[aria-label="Phases"] [aria-current]')?.textContent ?? ''
    const words = document.querySelector('section[data-column="todo"]')?.textContent ?? ''
    if (phase.startsWith('Planning') && words.includes('Nothing left to begin'))
      seen.untrue.push('nothing left to begin, while the plan is being written')
  }
  requestAnimationFrame(look)
}

async function countsSeen(page: Page): Promise<Counts> {
  const seen = await page.evaluate(() => window.countsSeen)
  if (seen === undefined) throw new Error('the page was not watched')
  return seen
}
