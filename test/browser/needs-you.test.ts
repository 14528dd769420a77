import { afterAll, beforeAll, expect, it } from 'vitest'
import { statusPill } from '../helpers/browser-job.ts'
import { startFixtureJob } from '../helpers/fixture-backend.ts'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** Jobs that need a person are shown first: in the list, next to the list's name on every screen, in the browser's tab. */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_PERMISSION_SECONDS: '3600' } })
})
afterAll(() => server.stop())

const asking = {
  offer: { agentCapabilities: { mcpCapabilities: { http: true } } },
  turn: [
    { once: [{ mcp: ['tools/call', { name: 'ask_person', arguments: { question: 'Which currency?' } }] }] },
    { write: ['done.txt', 'done'] },
  ],
}

it('a job with an open question is first in the list, and counted in the sidebar and in the title, until it is answered', async () => {
  const id = await startFixtureJob(server, 'shop', asking, { permissions: 'ask' })
  const question = await until('the question', 60_000, async () => {
    const [first] = await server.client.questions(id)
    return first?.outcome === null ? first : null
  })
  const later = await server.client.createJob({ vision: 'a counter', mode: 'solo' })
  await endOf(server, later.job_id)

  await visit(server, { path: '/jobs' }, async ({ page }) => {
    const rows = page.getByRole('list', { name: 'Jobs' }).getByRole('listitem')
    await rows.nth(1).waitFor()
    const first = await rows.first().innerText()
    expect(first).toContain('Needs you')
    expect(first).toContain('asks: Which currency?')
    await page.getByRole('navigation', { name: 'Main' }).getByTitle('1 job needs you').first().waitFor()
    expect(await page.title()).toBe('(1) Jobs · Slipway')

    await page.getByLabel('Status').selectOption('Needs you')
    await rows.nth(1).waitFor({ state: 'detached' })
    await rows.first().getByRole('link').click()
    await statusPill(page, 'Needs you').waitFor()
    await page.waitForFunction(() => document.title.startsWith('(1) Needs you: '))

    await server.client.answerQuestion(id, question.id, 'Euro')
    await page.waitForFunction(() => !document.title.startsWith('('))
    await page.getByTitle('1 job needs you').first().waitFor({ state: 'detached' })
    await statusPill(page, 'Completed').waitFor({ timeout: 60_000 })
  })
})
