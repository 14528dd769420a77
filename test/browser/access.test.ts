import fs from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { column, waitForStatus } from '../helpers/browser-job.ts'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { useBrowser } from '../helpers/use-browser.ts'
import { makeRoomScarce, slowRetention } from './scarce-room.ts'
import { screens, type ShownJobs } from './screens.ts'

let server: TestServer
let jobs: ShownJobs
const { visit } = useBrowser()
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function startedJob(vision: string): Promise<string> {
  return (await server.client.createJob({ vision })).job_id
}

beforeAll(async () => {
  server = await startTestServer({ env: slowRetention })
  const [done = '', failed = '', running = ''] = await Promise.all(
    ['a calculator for the command line', 'a counter [[demo:unfixable]]', 'a counter [[demo:hang]]'].map(
      startedJob,
    ),
  )
  const { job_id: archived } = await server.client.createJob({ vision: 'a counter', mode: 'solo' })
  const waiting = await server.client.createJob({ vision: 'a counter', mode: 'team', approve_plan: true })
  jobs = { done, failed, running, waiting: waiting.job_id, archived }
  for (const id of [done, failed, archived]) await endOf(server, id)
  await makeRoomScarce(server, jobs)
  await until('a plan to approve', 110_000, async () =>
    (await server.client.getJob(jobs.waiting)).wait?.for === 'approval' ? true : null,
  )
})
afterAll(() => server.stop())

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string | null
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
  }[]
}

async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')} (${node.failureSummary})`),
    )
}

/** Waits for the end of colour transitions, but not for endless animations. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document.getAnimations().every((one) => one.playState !== 'running' || !(one instanceof CSSTransition)),
  )
}

it.each(screens)('axe finds nothing serious on $name, light and dark', async (screen) => {
  const path = screen.path(jobs)
  const loggedIn = screen.loggedOut !== true
  const expected = screen.expected === undefined ? [] : [screen.expected]
  await visit(server, { path, colours: 'light', loggedIn, expected }, async ({ page }) => {
    await page.getByRole('main').waitFor()
    await page.waitForFunction(
      () => document.querySelector('[role=status] .sr-only, .animate-breathe') === null,
    )
    await screen.prepare?.(page)
    await screen.shows?.(page).waitFor()
    const light = await seriousFaults(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    await settled(page)
    await screen.shows?.(page).waitFor()
    expect({ light, dark: await seriousFaults(page) }).toEqual({ light: [], dark: [] })
  })
})

it('the critical path works with the keyboard alone', async () => {
  await visit(server, {}, async ({ page }) => {
    const keys = page.keyboard
    await page.getByRole('textbox', { name: 'Vision' }).waitFor()
    await keys.type('a counter')
    await keys.press('Enter')
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/)
    await waitForStatus(page, 'Completed')
    await column(page, 'Done').getByRole('link').first().waitFor()
    await tabTo(page, () => true, 'article')
    await keys.press('Enter')
    await page.waitForURL(/\?task=/)
    await keys.press('Escape')
    await tabTo(page, (name) => name.startsWith('Proof'))
    await keys.press('Enter')
    await page.waitForURL(/\/proof$/)
    await page
      .getByRole('button', { name: /node --test/ })
      .first()
      .waitFor()
    // The button of the check, not the region around it, which takes the focus too so that it can be scrolled.
    await tabTo(page, (name) => name.startsWith('Passed') && name.includes('node --test'))
    await keys.press('Enter')
    await page.getByText('Exit code').first().waitFor()
  })
})

/** Presses Tab until the focus is on the given element; the focus must be visible. */
async function tabTo(page: Page, wanted: (name: string) => boolean, inside = 'body'): Promise<void> {
  for (let press = 0; press < 80; press += 1) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate((selector) => {
      const element = document.activeElement
      const seen = element === null ? null : (element.closest('article') ?? element)
      const outline = seen === null ? 'none' : getComputedStyle(seen).outlineStyle
      return {
        // Behind the last thing that takes it, the focus is nowhere: on the body, which has all words.
        name: element === document.body ? '' : (element?.textContent?.trim() ?? ''),
        isInside: element?.closest(selector) !== null,
        outline,
      }
    }, inside)
    if (!at.isInside || !wanted(at.name)) continue
    expect(at.outline, `the focus on "${at.name}" can be seen`).not.toBe('none')
    return
  }
  throw new Error('the focus never came there')
}
