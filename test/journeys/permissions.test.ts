import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PermissionView } from '../../src/contract/permission.ts'
import { heardIn, startFixtureJob } from '../helpers/fixture-backend.ts'
import { endOf } from '../helpers/follow-job.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** Permission requests of agents, answered by the job's policy or by a person. */
const dataDir = makeDataDir()
const env = { SLIPWAY_PERMISSION_SECONDS: '3600', SLIPWAY_FIRST_UPDATE_SECONDS: '5' }
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ dataDir, env })
})
afterAll(() => server.stop())

const options = [
  { optionId: 'always', name: 'Always', kind: 'allow_always' },
  { optionId: 'yes', name: 'Allow', kind: 'allow_once' },
  { optionId: 'no', name: 'Reject', kind: 'reject_once' },
]
const ask = {
  ask: {
    toolCall: { toolCallId: 'c1', title: 'Run npm test', kind: 'execute', rawInput: { command: 'npm test' } },
    options,
  },
}
const asking = { turn: [ask, { write: ['done.txt', 'done'] }] }

const openOne = (id: string): Promise<PermissionView> =>
  until('a question', 30_000, async () => {
    const all = await server.client.permissions(id)
    return all.find((each) => each.outcome === null) ?? null
  })
const outcomes = async (id: string): Promise<(string | null)[]> =>
  (await server.client.permissions(id)).map((each) => each.outcome)
const answers = async (id: string) =>
  (await server.client.events(id, 0)).filter((event) => event.type === 'permission.answered')
const heardAnswer = (lines: readonly Record<string, unknown>[]): unknown[] =>
  lines.flatMap((line) =>
    'ask' in line ? [(line['ask'] as { result: { outcome: object } }).result.outcome] : [],
  )

describe('a permission request', () => {
  it('shows who asks for what until when, and is the wait of the job; the answer goes to the agent', async () => {
    const id = await startFixtureJob(server, 'allowed', asking, { permissions: 'ask' })
    const question = await openOne(id)
    const [agent] = await server.client.agents(id)
    expect(question).toMatchObject({
      agent: agent?.name,
      title: 'Run npm test',
      kind: 'execute',
      input: { command: 'npm test' },
      options: options.map(({ optionId, name, kind }) => ({ id: optionId, name, kind })),
      outcome: null,
    })
    expect(Date.parse(question.deadline) - Date.parse(question.asked_at)).toBeCloseTo(3_600_000, -3)
    expect(agent?.status).toBe('waiting')
    const waiting = await server.client.getJob(id)
    expect(waiting.options.permissions).toBe('ask')
    expect(waiting.wait).toEqual({
      for: 'permission',
      on: `${agent?.name} asks: Run npm test`,
      since: question.asked_at,
      until: question.deadline,
    })
    expect(await server.client.answerPermission(id, question.id, 'yes')).toMatchObject({ id, wait: null })
    const job = await endOf(server, id)
    expect(job.status).toBe('completed')
    expect(heardAnswer(heardIn(job))).toEqual([{ outcome: 'selected', optionId: 'yes' }])
    expect(await answers(id)).toMatchObject([
      {
        actor: 'person',
        message: `${agent?.name} was allowed this ("Allow"): Run npm test`,
        data: { permission_id: question.id, outcome: 'allowed', option_id: 'yes' },
      },
    ])
    await expect(server.client.answerPermission(id, question.id, 'no')).rejects.toMatchObject({
      status: 409,
      message: 'It has been allowed already.',
    })
  })

  it('can be refused with or without an option, and a missing one cannot be answered', async () => {
    const id = await startFixtureJob(server, 'refused', { turn: [ask, ask] }, { permissions: 'ask' })
    const first = await openOne(id)
    await expect(server.client.answerPermission(id, first.id, 'maybe')).rejects.toMatchObject({
      status: 400,
      code: 'unknown_option',
      message: '"maybe" is not an option: choose one of always, yes, no, or null.',
    })
    await expect(server.client.answerPermission(id, id, 'yes')).rejects.toMatchObject({ status: 404 })
    await server.client.answerPermission(id, first.id, 'no')
    const second = await until('the second question', 30_000, async () => {
      const one = await openOne(id)
      return one.id === first.id ? null : one
    })
    await server.client.answerPermission(id, second.id, null)
    const job = await endOf(server, id)
    expect(heardAnswer(heardIn(job))).toEqual([
      { outcome: 'selected', optionId: 'no' },
      { outcome: 'cancelled' },
    ])
    expect(await outcomes(id)).toEqual(['refused', 'refused'])
  })

  it('is repeated after the server was killed, and nothing else is lost', async () => {
    const id = await startFixtureJob(server, 'restarted', asking, { permissions: 'ask' })
    const before = await openOne(id)
    await server.crash()
    server = await startTestServer({ dataDir, env })
    const after = await until('the question to be asked again', 30_000, async () => {
      const one = await openOne(id)
      return one.id === before.id ? null : one
    })
    expect(after.attempt_id).not.toBe(before.attempt_id)
    expect(await outcomes(id)).toEqual(['withdrawn', null])
    await expect(server.client.answerPermission(id, before.id, 'yes')).rejects.toMatchObject({ status: 409 })
    await server.client.answerPermission(id, after.id, 'yes')
    expect((await endOf(server, id)).status).toBe('completed')
  })

  it('is withdrawn when the job is cancelled', async () => {
    const id = await startFixtureJob(server, 'cancelled', asking, { permissions: 'ask' })
    await openOne(id)
    await server.client.cancel(id)
    expect((await endOf(server, id)).status).toBe('cancelled')
    expect(await outcomes(id)).toEqual(['withdrawn'])
  })

  it('can be answered on the command line', async () => {
    const slipway = async (...args: string[]): Promise<string> => {
      const command = [slipwayProgram, ...args, '--data-dir', dataDir]
      return (await promisify(execFile)(process.execPath, command)).stdout
    }
    const id = await startFixtureJob(server, 'cli', { turn: [ask, ask, ask] }, { permissions: 'ask' })
    const first = await openOne(id)
    const listed = await slipway('permissions', id)
    expect(listed).toContain('Run npm test')
    expect(listed).toContain('npm test')
    expect(listed).toContain(`slipway allow ${id.slice(0, 13)}`)
    expect(await slipway('allow', id)).toContain('allowed')
    const next = (before: PermissionView): Promise<PermissionView> =>
      until('the next question', 30_000, async () => {
        const one = await openOne(id)
        return one.id === before.id ? null : one
      })
    const second = await next(first)
    expect(await slipway('deny', id, second.id)).toContain('refused')
    await next(second)
    await slipway('allow', id, '--always')
    const job = await endOf(server, id)
    expect(heardAnswer(heardIn(job)).map((each) => (each as { optionId: string }).optionId)).toEqual([
      'yes',
      'no',
      'always',
    ])
    await expect(slipway('allow', id)).rejects.toMatchObject({
      stderr: expect.stringContaining('no agent of this job asks for anything'),
    })
  })
})

it('is refused by the server when no answer comes in time', async () => {
  const own = await startTestServer({ env: { SLIPWAY_PERMISSION_SECONDS: '1' } })
  try {
    const id = await startFixtureJob(own, 'expired', asking, { permissions: 'ask' })
    const job = await endOf(own, id)
    expect(heardAnswer(heardIn(job))).toEqual([{ outcome: 'selected', optionId: 'no' }])
    const events = await own.client.events(id, 0)
    expect(events.filter((event) => event.type.startsWith('permission.'))).toMatchObject([
      { type: 'permission.asked' },
      { actor: 'server', message: 'Nobody answered in time, so it was refused: Run npm test' },
    ])
  } finally {
    await own.stop()
  }
})

it.each([
  ['sandbox', 'yes', 'Run npm test: Allow'],
  ['deny', 'no', 'Run npm test: Reject'],
] as const)(
  'the policy "%s" answers at once, and every answer is an event',
  async (permissions, option, words) => {
    const id = await startFixtureJob(server, permissions, asking, { permissions })
    const job = await endOf(server, id)
    expect(heardAnswer(heardIn(job))).toEqual([{ outcome: 'selected', optionId: option }])
    const events = await server.client.events(id, 0)
    expect(events.filter((event) => event.type === 'session.permission')).toMatchObject([
      { actor: 'server', message: words, data: { policy: permissions } },
    ])
    expect(await server.client.permissions(id)).toEqual([])
  },
)

it('a job without a policy allows everything inside the sandbox, or uses that of the settings', async () => {
  const settings = await server.client.settings()
  expect(settings.defaults.permissions).toBe('sandbox')
  await server.client.putSettings({ ...settings, defaults: { ...settings.defaults, permissions: 'deny' } })
  const id = await startFixtureJob(server, 'defaults', asking)
  expect((await server.client.getJob(id)).options.permissions).toBe('deny')
  await server.client.putSettings({ ...settings, backends: (await server.client.settings()).backends })
  await endOf(server, id)
})
