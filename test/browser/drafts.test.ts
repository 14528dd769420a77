import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFixtureJob } from '../helpers/fixture-backend.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

/** Typed text is kept until it is sent or discarded. */
let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_PERMISSION_SECONDS: '3600' } })
})
afterAll(() => server.stop())

it('a vision and its options survive navigation and a reload, and are gone when the job has begun', async () => {
  await visit(server, {}, async ({ page }) => {
    const vision = page.getByRole('textbox', { name: 'Vision' })
    await vision.fill('a clock that \u05d0\u05d5\u05de\u05e8 the time')
    await page.getByText('Solo', { exact: true }).click()
    await page.getByRole('link', { name: 'Jobs', exact: true }).click()
    await page.getByText('No jobs yet').waitFor()
    await page.getByRole('link', { name: 'New job', exact: true }).first().click()
    await expect.poll(() => vision.inputValue()).toBe('a clock that \u05d0\u05d5\u05de\u05e8 the time')
    await page.reload()
    await expect.poll(() => vision.inputValue()).toContain('a clock that')
    await expect.poll(() => page.getByRole('radio', { name: 'Solo' }).isChecked()).toBe(true)

    await page.getByRole('button', { name: 'Start' }).click()
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/)
    await page.getByRole('link', { name: 'New job', exact: true }).click()
    await expect.poll(() => vision.inputValue()).toBe('')
  })
})

it('edits of a plan and a message to an agent are kept until they are discarded', async () => {
  const { job_id: id } = await server.client.createJob({ vision: 'a counter', approve_plan: true })
  await visit(server, { path: `/jobs/${id}/plan` }, async ({ page }) => {
    const tabs = page.getByRole('navigation', { name: 'Views of the job' })
    const title = page.getByLabel('Title of the plan')
    await page.getByRole('button', { name: 'Edit it' }).click({ timeout: 60_000 })
    const before = await title.inputValue()
    await title.fill('A counter that counts down')
    await tabs.getByRole('link', { name: 'Team' }).click()
    const message = page.getByRole('textbox', { name: /^Message to / })
    await message.fill('Use seconds, please')
    await tabs.getByRole('link', { name: 'Plan' }).click()
    expect(await title.inputValue()).toBe('A counter that counts down')
    await tabs.getByRole('link', { name: 'Team' }).click()
    expect(await message.inputValue()).toBe('Use seconds, please')
    await page.getByRole('button', { name: 'Send the message' }).click()
    await expect.poll(() => message.inputValue()).toBe('')

    await tabs.getByRole('link', { name: 'Plan' }).click()
    await page.getByRole('button', { name: 'Discard' }).click()
    await tabs.getByRole('link', { name: 'Board' }).click()
    await tabs.getByRole('link', { name: 'Plan' }).click()
    await page.getByRole('button', { name: 'Edit it' }).click()
    expect(await title.inputValue()).toBe(before)
  })
  await server.client.cancel(id)
})

it('an answer that is being written is kept when another page is opened', async () => {
  const ask = { mcp: ['tools/call', { name: 'ask_person', arguments: { question: 'Which currency?' } }] }
  const play = { offer: { agentCapabilities: { mcpCapabilities: { http: true } } }, turn: [{ once: [ask] }] }
  const id = await startFixtureJob(server, 'asks', play, { permissions: 'ask' })
  await visit(server, { path: `/jobs/${id}` }, async ({ page }) => {
    const answer = page.getByRole('textbox', { name: /^Answer to / })
    await answer.fill('Swiss francs, because', { timeout: 60_000 })
    await page.getByRole('link', { name: /^Jobs/ }).click()
    await page.goBack()
    expect(await answer.inputValue()).toBe('Swiss francs, because')
  })
  await server.client.cancel(id)
})
