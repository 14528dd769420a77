import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** Every view that a person reaches by clicking is the same after a reload, and by its address. */
let server: TestServer
let job: string
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
  job = (await server.client.createJob({ vision: 'a counter [[demo:bug]]' })).job_id
  await until('the end of the job', 110_000, async () => (await server.client.getJob(job)).completed_at)
})
afterAll(() => server.stop())

const tab = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Views of the job' }).getByRole('link', { name }).click()

/** The views, each with the clicks that lead there from the board. */
const views: readonly { readonly name: string; readonly go: (page: Page) => Promise<void> }[] = [
  { name: 'the board', go: () => Promise.resolve() },
  {
    name: 'a card',
    go: async (page) => {
      await page.getByRole('article').getByRole('link', { name: 'Build the page' }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'an agent',
    go: async (page) => {
      await tab(page, 'Team')
      await page.getByRole('list', { name: 'Team' }).getByRole('link', { name: 'Architect' }).click()
    },
  },
  {
    name: 'an earlier session of an agent',
    go: async (page) => {
      await tab(page, 'Team')
      const attempts = await server.client.attempts(job)
      const failed = attempts.find((attempt) => attempt.status === 'failed' || attempt.number === 2)
      const team = page.getByRole('list', { name: 'Team' })
      await team.getByRole('link', { name: failed?.agent ?? 'nobody' }).click()
      await page.getByLabel('Session').last().selectOption({ index: 1 })
    },
  },
  {
    name: 'the log, narrowed down',
    go: async (page) => {
      await tab(page, 'Activity')
      await page.getByLabel('Kind').selectOption({ label: 'Checks' })
      await page.getByLabel('Words').fill('node')
    },
  },
  {
    name: 'a file',
    go: async (page) => {
      await tab(page, 'Files')
      await page.getByRole('button', { name: 'counter.js' }).first().click()
    },
  },
  {
    name: 'a file as of a commit',
    go: async (page) => {
      await tab(page, 'Files')
      await page.getByText('History', { exact: true }).click()
      await page.getByTitle('The files as of this commit').nth(1).click()
      await page.getByRole('button', { name: 'package.json' }).first().click()
    },
  },
  {
    name: 'the history',
    go: async (page) => {
      await tab(page, 'Files')
      await page.getByText('History', { exact: true }).click()
    },
  },
  {
    name: 'what a task changed, side by side',
    go: async (page) => {
      await tab(page, 'Files')
      await page.getByText('Changes', { exact: true }).click()
      await page.getByLabel('Whose changes').selectOption({ label: 'Build the page' })
      await page.getByText('Split', { exact: true }).click()
    },
  },
  {
    name: 'what a commit changed',
    go: async (page) => {
      await tab(page, 'Files')
      await page.getByText('History', { exact: true }).click()
      await page.getByRole('main').getByRole('link', { name: /Count/ }).first().click()
    },
  },
  {
    name: 'a check of an earlier round',
    go: async (page) => {
      await tab(page, 'Proof')
      await page
        .getByText(/^Earlier rounds/)
        .first()
        .click()
      await page
        .getByRole('button', { name: /Failed/ })
        .first()
        .click()
      await page.getByText('Exit code').waitFor()
    },
  },
  { name: 'the plan', go: (page) => tab(page, 'Plan') },
  {
    name: 'a card beside the log',
    go: async (page) => {
      await page.getByRole('article').getByRole('link', { name: 'Build the page' }).click()
      await page.goto(`/jobs/${job}/activity${new URL(page.url()).search}&kind=tasks`)
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'the list of jobs, searched and sorted',
    go: async (page) => {
      await page.goto('/jobs?q=counter&status=completed&sort_by=title&sort_order=asc')
      await page
        .getByRole('link', { name: /counter/ })
        .first()
        .waitFor()
    },
  },
]

it.each(views)('$name is the same after a reload and by its address', async ({ go }) => {
  await visit(server, { path: `/jobs/${job}` }, async ({ page, context }) => {
    await page.getByRole('article').first().waitFor()
    await go(page)
    const shown = await settled(page)
    const address = page.url()
    await page.reload()
    expect(await sameAs(page, shown)).toEqual(shown)
    expect(page.url()).toBe(address)
    const other = await context.newPage()
    await other.goto(address)
    expect(await sameAs(other, shown)).toEqual(shown)
    expect(other.url()).toBe(address)
  })
})

interface Shown {
  readonly title: string
  readonly text: string
  /** The chosen, pressed or open elements, by their text. */
  readonly chosen: readonly string[]
}

/** The content of the page without elapsed times. */
async function look(page: Page): Promise<Shown> {
  const passing = /just now|\d+ (min|h|d) ago/g
  const text = await page.getByRole('main').innerText()
  const chosen = await page
    .locator(
      'main :is([aria-current], [aria-expanded=true], [aria-checked=true], option:checked, input:checked)',
    )
    .evaluateAll((all) => all.map((one) => `${one.tagName} ${one.textContent || one.getAttribute('value')}`))
  const field = await page
    .locator('main input[type=search]')
    .evaluateAll((all) => all.map((one) => `words ${(one as HTMLInputElement).value}`))
  const clean = (words: string): string => words.replaceAll(passing, 'a while ago')
  return { title: await page.title(), text: clean(text), chosen: [...chosen, ...field].map(clean) }
}

/** What the page shows once it has shown the same for a while. */
async function settled(page: Page): Promise<Shown> {
  let last = ''
  let times = 0
  return until('a page that rests', 20_000, async () => {
    const now = await look(page)
    const words = JSON.stringify(now)
    times = words === last ? times + 1 : 0
    last = words
    return times >= 8 ? now : null
  })
}

/** Returns the content of the page as soon as it is the expected one, or when it no longer changes. */
async function sameAs(page: Page, shown: Shown): Promise<Shown> {
  await page.getByRole('main').waitFor()
  try {
    return await until('the same view', 10_000, async () => {
      const now = await look(page)
      return JSON.stringify(now) === JSON.stringify(shown) ? now : null
    })
  } catch {
    return settled(page)
  }
}
