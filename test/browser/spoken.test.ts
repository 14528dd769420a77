import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { column, startJob, waitForStatus } from '../helpers/browser-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** Announcements of screen readers, the focus, and the direction of text. */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('after Start the focus is on the heading of the job; its end is announced once, and clocks are not announced', async () => {
  await visit(server, {}, async ({ page }) => {
    await page.addInitScript(listen)
    await startJob(page, 'a counter')
    await expect.poll(() => focused(page)).toBe('H1: a counter')
    await waitForStatus(page, 'Completed')
    await expect.poll(() => heard(page)).toContain('Completed and proven.')
    const all = await heard(page)
    expect(all.filter((words) => words === 'Completed and proven.')).toHaveLength(1)
    expect(all.filter((words) => /\d+ s\b/.test(words))).toEqual([])
  })
})

it('after a cancel the focus is where the job can be restarted; the wait line is not a live region', async () => {
  const { job_id: id } = await server.client.createJob({ vision: 'a counter', approve_plan: true })
  await visit(server, { path: `/jobs/${id}` }, async ({ page }) => {
    await page.addInitScript(listen)
    await page.reload()
    await page.getByText(/^Waiting for you: the plan needs your approval/).waitFor({ timeout: 60_000 })
    expect(await page.locator(':is([aria-live], [role=status], [role=alert]) time').count()).toBe(0)
    await page.getByRole('button', { name: 'Cancel', exact: true }).press('Enter')
    await page.getByRole('button', { name: 'Cancel the job' }).press('Enter')
    await waitForStatus(page, 'Cancelled', 30_000)
    await expect.poll(() => focused(page)).toBe('BUTTON: Restart')
    await expect.poll(() => heard(page)).toContain('Cancelled.')
  })
})

it('text of people runs in the direction of its script everywhere', async () => {
  const vision =
    '\u05e9\u05e2\u05d5\u05df \u05dc\u05e9\u05d5\u05e8\u05ea \u05d4\u05e4\u05e7\u05d5\u05d3\u05d4'
  const { job_id: id } = await server.client.createJob({ vision, mode: 'solo' })
  const directionOf = (locator: ReturnType<Page['locator']>): Promise<string> =>
    locator.evaluate((one) => getComputedStyle(one).direction)
  await visit(server, { path: `/jobs/${id}` }, async ({ page }) => {
    expect(await directionOf(page.getByRole('heading', { level: 1 }))).toBe('rtl')
    const card = page.locator('[data-task] a').first()
    await card.waitFor({ timeout: 60_000 })
    expect(await card.getAttribute('dir')).toBe('auto')
    await page.goto('/jobs')
    expect(await directionOf(page.getByText(vision).first())).toBe('rtl')
    await page.goto('/')
    const box = page.getByRole('textbox', { name: 'Vision' })
    await box.fill(vision)
    expect(await directionOf(box)).toBe('rtl')
  })
  await server.client.cancel(id).catch(() => undefined)
})

it("when a screen's link disappears, the focus moves to the heading of the next screen", async () => {
  await visit(server, { path: '/jobs' }, async ({ page }) => {
    await page.getByRole('list', { name: 'Jobs' }).getByRole('link').first().press('Enter')
    await page.getByRole('navigation', { name: 'Views of the job' }).waitFor()
    await expect.poll(() => focused(page)).toMatch(/^H1: /)
    await column(page, 'To do').waitFor()
  })
})

declare global {
  interface Window {
    heard?: string[]
  }
}

/** Runs in the page: records the texts of live regions. */
function listen(): void {
  const said: string[] = []
  window.heard = said
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const from = target instanceof Element ? target : target.parentElement
      const region = from?.closest('[aria-live], [role=status], [role=alert]')
      const words = region?.textContent.trim() ?? ''
      if (words !== '') said.push(words)
    }
  }).observe(document, { subtree: true, childList: true, characterData: true })
}

function heard(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => window.heard ?? [])
}

function focused(page: Page): Promise<string> {
  return page.evaluate(
    () => `${document.activeElement?.tagName}: ${document.activeElement?.textContent.trim() ?? ''}`,
  )
}
