import { afterAll, beforeAll, expect, it } from 'vitest'
import { waitForStatus } from '../helpers/browser-job.ts'
import { fixtureBackend, heardIn, startFixtureJob } from '../helpers/fixture-backend.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { useBrowser } from '../helpers/use-browser.ts'

let server: TestServer
const { visit } = useBrowser()

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('a permission request is shown and answered in its job, and the agent does what was allowed', async () => {
  const ask = (title: string, command: string): object => ({
    ask: {
      toolCall: { toolCallId: title, title, kind: 'execute', rawInput: { command } },
      options: [
        { optionId: 'yes', name: 'Allow once', kind: 'allow_once' },
        { optionId: 'no', name: 'Reject', kind: 'reject_once' },
      ],
    },
  })
  await server.client.addBackend(
    fixtureBackend('asker', {
      turn: [
        ask('Install left-pad', 'npm install left-pad'),
        ask('Wipe it', 'rm -rf .'),
        { write: ['a.txt', 'a'] },
      ],
    }),
  )
  await server.client.putSettings({ ...(await server.client.settings()), default_backend: 'asker' })
  let id = ''
  await visit(server, {}, async ({ page }) => {
    await page.getByRole('textbox', { name: 'Vision' }).fill('a job whose agent asks')
    await page.getByRole('button', { name: 'Options' }).click()
    await page.getByText('Solo', { exact: true }).click()
    await page.getByText('Ask me', { exact: true }).click()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/)
    id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const questions = page.getByRole('region', { name: 'Permissions' })
    await questions.getByText(/asks: Install left-pad/).waitFor({ timeout: 60_000 })
    await questions.getByText('npm install left-pad').waitFor()
    await questions.getByText(/Without an answer it is refused in/).waitFor()
    // It is seen once: with its answers.
    expect(
      await page
        .locator('main')
        .getByText(/asks: Install left-pad/)
        .count(),
    ).toBe(1)
    await questions.getByRole('button', { name: 'Allow once' }).click()
    await questions.getByText(/asks: Wipe it/).waitFor({ timeout: 30_000 })
    await questions.getByRole('button', { name: 'Reject' }).click()
    await questions.waitFor({ state: 'detached', timeout: 30_000 })
    await waitForStatus(page, 'Completed')
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByText(/was allowed this \("Allow once"\): Install left-pad/).waitFor()
  })
  const heard = heardIn(await server.client.getJob(id)).flatMap((line) =>
    'ask' in line ? [line['ask']] : [],
  )
  expect(heard).toMatchObject([
    { result: { outcome: { optionId: 'yes' } } },
    { result: { outcome: { optionId: 'no' } } },
  ])
})

it('a question of an agent is answered in its job, and the agent reads the answer', async () => {
  const call = [
    'tools/call',
    { name: 'ask_person', arguments: { question: 'Which currency?', choices: ['Euro'] } },
  ]
  const play = {
    offer: { agentCapabilities: { mcpCapabilities: { http: true } } },
    turn: [{ once: [{ mcp: call }, { mcp: call }] }, { write: ['a.txt', 'a'] }],
  }
  const id = await startFixtureJob(server, 'curious', play, { permissions: 'ask' })
  await visit(server, { path: `/jobs/${id}` }, async ({ page }) => {
    const questions = page.getByRole('region', { name: 'Questions' })
    await questions
      .getByText(/asks: Which currency\?/)
      .first()
      .waitFor({ timeout: 60_000 })
    await questions
      .getByText(/Without an answer the agent decides itself in/)
      .first()
      .waitFor()
    await questions.getByRole('button', { name: 'Euro' }).first().click()
    await questions.getByRole('textbox').nth(1).waitFor({ state: 'detached', timeout: 30_000 })
    await questions.getByRole('textbox').first().fill('Both of them.')
    await questions.getByRole('button', { name: 'Answer' }).first().click()
    await questions.waitFor({ state: 'detached', timeout: 30_000 })
    await waitForStatus(page, 'Completed')
  })
  const asked = await server.client.questions(id)
  expect(new Set(asked.map(({ answer }) => answer))).toEqual(new Set(['Both of them.', 'Euro']))
})
