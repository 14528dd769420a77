import fs from 'node:fs'
import path from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { column, startJob, waitForStatus } from '../helpers/browser-job.ts'
import { startFixtureJob } from '../helpers/fixture-backend.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** What people do to a job, clicked: each act is seen where it belongs, and in the log with who did it. */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** The line of the log with this text and actor. */
function line(page: Page, actor: string, words: RegExp): Locator {
  return page.locator('[data-seq]').filter({ hasText: actor }).filter({ hasText: words })
}

async function openLogOfPeople(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Activity' }).click()
  await page.getByLabel('Kind').selectOption({ label: 'People' })
}

/** On how many lines the times of the log are, in a browser whose clock has twelve hours. */
async function linesOfTimes(page: Page): Promise<Set<number>> {
  const lines = await page
    .locator('[data-seq] time')
    .evaluateAll((all) =>
      all.map((one) =>
        Math.round(one.getBoundingClientRect().height / Number.parseFloat(getComputedStyle(one).lineHeight)),
      ),
    )
  return new Set(lines)
}

it('a message to an agent appears in its transcript at once, is delivered at its next turn and answered', async () => {
  // High enough for the whole session, because hidden rows are not in the page.
  await visit(server, { size: { width: 1280, height: 4000 } }, async ({ page }) => {
    const id = await startFixtureJob(server, 'listener', {
      turn: [{ say: 'At work.' }, { waitFor: 'go.txt' }, { say: 'I was told: {prompt}' }],
    })
    const { name, attempt_id } = await until('a developer in its turn', 60_000, async () => {
      const agents = await server.client.agents(id)
      return agents.find((agent) => agent.last_activity?.includes('At work.') === true) ?? null
    })
    await page.goto(`/jobs/${id}/team?attempt=${attempt_id}`)
    const session = page.getByRole('region', { name: `Session of ${name}` })
    await session.getByLabel(`Message to ${name}`).fill('Mind the negative numbers.')
    await session.getByRole('button', { name: 'Send the message' }).click()
    const said = session.locator('[data-kind=person]').filter({ hasText: 'Mind the negative numbers.' })
    await said.getByText('waits for the next turn').waitFor()
    const attempt = path.join(server.dataDir, 'jobs', id, 'attempts', attempt_id ?? '')
    fs.writeFileSync(path.join(attempt, 'ws', 'go.txt'), '')
    await said.getByText(/^delivered at /).waitFor({ timeout: 40_000 })
    await session
      .getByText(/I was told: [^]*Mind the negative numbers\./)
      .last()
      .waitFor({ timeout: 40_000 })
    expect(await said.count()).toBe(1)
    await openLogOfPeople(page)
    await line(page, 'A person', /Mind the negative numbers/).waitFor()
    await line(page, 'Slipway', /was told: Mind the negative numbers/).waitFor()
    expect(await linesOfTimes(page)).toEqual(new Set([1]))
  })
})

it('a session is followed to its end, even if it is drawn late or tall, unless the person scrolls up', async () => {
  await visit(server, { size: { width: 1280, height: 540 } }, async ({ page }) => {
    const id = await startJob(page, 'a calculator for the command line [[demo:slow=4000]]')
    const { attempt_id } = await until('a developer in its turn', 60_000, async () => {
      const agents = await server.client.agents(id)
      return agents.find((agent) => agent.last_activity?.includes('Working slowly') === true) ?? null
    })
    await page.goto(`/jobs/${id}/team?attempt=${attempt_id}`)
    const transcript = page.getByRole('region', { name: 'Transcript' })
    const toLatest = page.getByRole('button', { name: 'Jump to latest' })
    await transcript.getByText(/Working slowly, as asked: 2000/).waitFor()
    expect(await toLatest.count()).toBe(0)

    await transcript.hover()
    await page.mouse.wheel(0, -120)
    await toLatest.waitFor()
    const place = await transcript.evaluate((list) => list.scrollTop)
    const [before] = await server.client.pastEvents(id, { limit: 1 })
    await until('more of the session', 20_000, async () => {
      const news = await server.client.events(id, before?.seq ?? 0)
      return news.filter((event) => event.attempt_id === attempt_id).length > 5 ? true : null
    })
    await toLatest.waitFor()
    expect(await transcript.evaluate((list) => list.scrollTop)).toBe(place)

    await toLatest.click()
    await transcript.getByText(/checks pass here/).waitFor({ timeout: 60_000 })
    expect(await toLatest.count()).toBe(0)
    await server.client.cancel(id)
  })
})

it('a failed task is started over from its card with a note, and the job continues to its proof', async () => {
  await visit(server, {}, async ({ page }) => {
    await startJob(page, 'a counter [[demo:stubborn]]')
    await waitForStatus(page, 'Failed')
    await column(page, 'Failed').getByRole('link').first().click()
    const details = page.getByRole('dialog')
    await details.getByRole('button', { name: 'Start over' }).click()
    await details.getByLabel('A note for the next attempts').fill('Please fix the sign.')
    await details.getByRole('button', { name: 'Start over' }).click()
    await waitForStatus(page, 'Running')
    await details.getByRole('button', { name: 'Close the details' }).click()
    await waitForStatus(page, 'Completed')
    await openLogOfPeople(page)
    await line(page, 'A person', /over: Please fix the sign\./).waitFor()
    await line(page, 'A person', /The job continues/).waitFor()
  })
})

it('one task is cancelled from its card; dependent tasks are skipped and the rest continues', async () => {
  await visit(server, {}, async ({ page }) => {
    const id = await startJob(page, 'a calculator for the command line [[demo:hang]]')
    const card = column(page, 'In progress').getByRole('link', { name: 'Evaluate expressions' })
    await card.click({ timeout: 60_000 })
    const details = page.getByRole('dialog')
    await details.getByRole('button', { name: 'Cancel the task' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel the task' }).click()
    await details.locator('[data-status=cancelled]').first().waitFor({ timeout: 20_000 })
    await details.getByRole('button', { name: 'Close the details' }).click()
    const done = column(page, 'Not done').getByRole('article')
    await done.filter({ hasText: 'Evaluate expressions' }).filter({ hasText: 'cancelled' }).waitFor()
    await done.filter({ hasText: 'skipped' }).first().waitFor()
    await openLogOfPeople(page)
    await line(page, 'A person', /cancelled "Evaluate expressions"/).waitFor()
    await server.client.cancel(id)
  })
})

it('a job is cancelled and restarted where it stopped, and both are in the log', async () => {
  await visit(server, {}, async ({ page }) => {
    await startJob(page, 'a counter [[demo:slow=1500]]')
    await column(page, 'In progress').getByRole('link').first().waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByRole('button', { name: 'Cancel the job' }).click()
    await waitForStatus(page, 'Cancelled', 20_000)
    await page.getByRole('button', { name: 'Restart' }).click()
    await waitForStatus(page, 'Completed')
    await openLogOfPeople(page)
    await line(page, 'A person', /The job is being cancelled/).waitFor()
    await line(page, 'A person', /restarted where it had stopped/).waitFor()
  })
})
