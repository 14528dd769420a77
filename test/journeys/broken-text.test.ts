import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fixtureBackend, heardIn, startFixtureJob } from '../helpers/fixture-backend.ts'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/**
 * Text that no column can store, in the output of agents and checks: it is shown as U+FFFD, and nothing is lost because of
 * it. Requests that contain it are refused: bad-input.test.ts.
 */
const BAD = 'a\u0000b\ud800c'
const GOOD = 'a\ufffdb\ufffdc'
const program = path.join(import.meta.dirname, '..', 'helpers', 'plain-agent.mjs')
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_WORKERS: '8' } })
})
afterAll(() => server.stop())

const tool = { toolCallId: BAD, title: BAD, rawInput: { [BAD]: BAD }, locations: [{ path: BAD }] }
const options = [
  { optionId: BAD, name: BAD, kind: 'allow_once' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
]
const speech = [
  { say: BAD },
  { update: { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: BAD } } },
  {
    update: {
      sessionUpdate: 'tool_call',
      ...tool,
      content: [
        { type: 'content', content: { type: 'text', text: BAD } },
        { type: 'diff', path: BAD, oldText: BAD, newText: BAD },
      ],
    },
  },
  { update: { sessionUpdate: 'plan', entries: [{ content: BAD, priority: 'high', status: 'pending' }] } },
  { mcp: ['tools/call', { name: 'report_progress', arguments: { message: BAD } }] },
]

it('an agent that prints it wherever it can completes its job', async () => {
  const models = { currentModelId: BAD, availableModels: [{ modelId: BAD, name: BAD }] }
  const id = await startFixtureJob(server, 'speaker', {
    open: { models },
    offer: { agentCapabilities: { mcpCapabilities: { http: true } }, agentInfo: { name: BAD, version: BAD } },
    turn: [...speech, { ask: { toolCall: tool, options } }, { write: ['made.txt', 'x'] }],
  })
  const job = await endOf(server, id)
  expect(job).toMatchObject({ status: 'completed', error: null })
  const attempts = await server.client.attempts(id)
  expect(attempts.map((attempt) => attempt.status)).toEqual(['succeeded'])
  const { transcript } = await server.client.attempt(id, attempts[0]?.id ?? '')
  const said = (type: string): unknown => transcript.find((event) => event.type === type)
  expect(said('session.message')).toMatchObject({ message: GOOD })
  expect(said('session.thought')).toMatchObject({ message: GOOD })
  expect(said('attempt.progress')).toMatchObject({ message: GOOD })
  expect(said('session.plan')).toMatchObject({ data: { entries: [{ content: GOOD }] } })
  expect(said('session.tool_call')).toMatchObject({
    message: GOOD,
    data: {
      id: GOOD,
      input: { [GOOD]: GOOD },
      output: GOOD,
      paths: [GOOD],
      diffs: [{ old: GOOD, new: GOOD }],
    },
  })
  expect(said('session.permission')).toMatchObject({ message: `${GOOD}: ${GOOD}` })
})

it('a person can answer a permission request that contains it, and the agent recognises the answer', async () => {
  const id = await startFixtureJob(
    server,
    'asker',
    { turn: [{ ask: { toolCall: tool, options } }, { write: ['made.txt', 'x'] }] },
    { permissions: 'ask' },
  )
  const asked = await until(
    'the request',
    30_000,
    async () => (await server.client.permissions(id))[0] ?? null,
  )
  expect(asked).toMatchObject({ title: GOOD, options: [{ id: GOOD, name: GOOD }, { id: 'no' }] })
  await server.client.answerPermission(id, asked.id, GOOD)
  const job = await endOf(server, id)
  expect(job.status).toBe('completed')
  const answers = heardIn(job).filter((line) => 'ask' in line)
  expect(answers).toMatchObject([{ ask: { result: { outcome: { outcome: 'selected', optionId: BAD } } } }])
})

const endings: [string, object, string][] = [
  ['its stop reason', { turn: [{ stop: { stopReason: BAD } }] }, 'The agent'],
  ['an error', { turn: [{ fail: { code: -32_603, message: BAD, data: { [BAD]: BAD } } }] }, `error: ${GOOD}`],
  ['what it prints instead of the protocol', { start: 'exit', print: BAD }, "The agent's process ended"],
]

it.each(endings)(
  'an attempt that ends with it in %s has failed with that, and is not lost',
  async (what, play, words) => {
    const id = await startFixtureJob(server, what.replaceAll(/\W+/g, '-'), play)
    expect(await endOf(server, id)).toMatchObject({ status: 'failed' })
    const attempts = await server.client.attempts(id)
    expect(attempts.map((attempt) => attempt.status)).toEqual(['failed', 'failed', 'failed', 'failed'])
    for (const attempt of attempts) expect(attempt.error).toContain(words)
  },
)

it('a plain command that writes it on stderr and fails has failed with its output', async () => {
  const command = [
    process.execPath,
    program,
    'stdin',
    JSON.stringify([{ say: BAD }, { warn: BAD }, { exit: 3 }]),
  ]
  await server.client.addBackend({ name: 'plain', kind: 'command', prompt: 'stdin', command, env: {} })
  const { job_id } = await server.client.createJob({ vision: 'x', mode: 'solo', backend: 'plain' })
  expect(await endOf(server, job_id)).toMatchObject({ status: 'failed' })
  const attempts = await server.client.attempts(job_id)
  expect(attempts.map((attempt) => attempt.status)).toEqual(['failed', 'failed', 'failed', 'failed'])
  expect(attempts[0]?.error).toContain('The program ended with exit code 3. It wrote: a\ufffdb')
})

it('a check that prints NUL and an unpaired surrogate fails with its log, and the agent gets the log', async () => {
  // The same half as bytes, and as UTF-16.
  const command = String.raw`printf 'seen\000\355\240\200\330\000end\n'; exit 1`
  await server.client.addBackend(fixtureBackend('checked', { turn: [{ write: ['made.txt', 'x'] }] }))
  const { job_id } = await server.client.createJob({
    vision: 'x',
    mode: 'solo',
    backend: 'checked',
    checks: [command],
  })
  const job = await endOf(server, job_id)
  expect(job.status).toBe('failed')
  expect(job.error).not.toContain('could not be run')
  const { checks } = await server.client.checks(job_id)
  expect(checks[0]).toMatchObject({ verdict: 'fail', exit_code: 1 })
  expect(checks[0]?.log).toMatch(/^seen\ufffd+.*end/)
  const lost = (await server.client.attempts(job_id)).filter((attempt) => attempt.status === 'lost')
  expect(lost).toEqual([])
})
