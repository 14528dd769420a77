import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { column, startJob, waitForStatus } from '../helpers/browser-job.ts'
import { startCrowd } from '../helpers/crowd.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** A card on its way across the board, as the page itself draws it. */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

interface Travel {
  /** The columns in which the card was seen, one after the other. */
  readonly columns: string[]
  /** How often it, or a copy of it, was seen to fly. */
  readonly flights: number
}

/** Writes down, from now on, where the card of this title is and each time that it begins to fly. */
async function watchCard(page: Page, title: string): Promise<() => Promise<Travel>> {
  await page.evaluate((name) => {
    const seen = { columns: [] as string[], flights: 0 }
    const look = (): void => {
      for (const card of document.querySelectorAll('[data-task]')) {
        const place = card.closest('[data-column]')?.getAttribute('data-column') ?? ''
        if (card.querySelector('h3 a')?.textContent === name && seen.columns.at(-1) !== place)
          seen.columns.push(place)
      }
    }
    const flown = new WeakSet<Animation>()
    const lookForFlights = (): void => {
      for (const animation of document.getAnimations()) {
        const { effect } = animation
        if (!(effect instanceof KeyframeEffect) || flown.has(animation)) continue
        flown.add(animation)
        // Cards fly as copies above the page.
        const moves = effect.getKeyframes().some((frame) => String(frame['transform'] ?? 'none') !== 'none')
        const flier = effect.target
        if (flier instanceof HTMLElement && flier.style.position === 'fixed' && moves)
          if (flier.querySelector('h3 a')?.textContent === name) seen.flights += 1
      }
      requestAnimationFrame(lookForFlights)
    }
    look()
    lookForFlights()
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true })
    Object.assign(window, { seenTravel: seen })
  }, title)
  return () => page.evaluate<Travel>('window.seenTravel')
}

async function travelOf(page: Page): Promise<Travel> {
  await startJob(page, 'a counter [[demo:slow=1500]]')
  const title = 'Build the page'
  await column(page, 'To do').getByRole('link', { name: title }).waitFor({ timeout: 60_000 })
  const travel = await watchCard(page, title)
  await waitForStatus(page, 'Completed')
  return travel()
}

it('a card moves through To do, In progress, Review and Done, with one animation each', async () => {
  await visit(server, { motion: 'no-preference' }, async ({ page }) => {
    expect(await travelOf(page)).toEqual({
      columns: ['todo', 'progress', 'review', 'done'],
      flights: 3,
    })
  })
})

it('a card moves without animation when reduced motion is preferred', async () => {
  await visit(server, { motion: 'reduce' }, async ({ page }) => {
    expect(await travelOf(page)).toEqual({ columns: ['todo', 'progress', 'review', 'done'], flights: 0 })
  })
})

it('a card opens its details next to the board, and in a new tab with Control', async () => {
  const id = await startCrowd(server, { tasks: 3, updates: 1, updatesPerSecond: 10 })
  await visit(server, { path: `/jobs/${id}` }, async ({ page, context }) => {
    const card = column(page, 'In progress').getByRole('link').first()
    const [tab] = await Promise.all([context.waitForEvent('page'), card.click({ modifiers: ['Control'] })])
    await tab.waitForURL(/\?task=/)
    expect(page.url()).not.toContain('task=')
    await tab.close()
    await card.click()
    await page.waitForURL(/\?task=/)
  })
  await server.client.cancel(id)
})
