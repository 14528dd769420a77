import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixtureAgent, heardIn, startFixtureJob } from '../helpers/fixture-backend.ts'
import { endOf } from '../helpers/follow-job.ts'
import { processesNaming } from '../helpers/processes.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** What an agent may ask of Slipway in a session, and what Slipway learns from one. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

describe('files and terminals', () => {
  it('are available inside the workspace, and refused outside of it', async () => {
    const read = (place: string, more: object = {}): object => ({
      call: ['fs/read_text_file', { path: place, ...more }],
    })
    const write = (place: string): object => ({
      call: ['fs/write_text_file', { path: place, content: 'x\ny\nz' }],
    })
    const id = await startFixtureJob(server, 'files', {
      turn: [
        { link: ['out', '/etc'] },
        write('{cwd}/src/made.txt'),
        read('{cwd}/src/made.txt', { line: 2, limit: 1 }),
        read('/etc/hostname'),
        read('{cwd}/out/hostname'),
        read('{cwd}/../../../../../token'),
        write('{cwd}/out/evil.txt'),
        write('/tmp/evil.txt'),
        read('{cwd}/src'),
        read('{cwd}/nothing.txt'),
      ],
    })
    const job = await endOf(server, id)
    expect(job.error).toBeNull()
    const [, , ...answers] = heardIn(job).map(
      (line) => Object.values(line)[0] as { result?: unknown; error?: { message: string } },
    )
    expect(answers.map((answer) => answer.result ?? answer.error?.message)).toEqual([
      { content: 'y' },
      expect.stringContaining('/etc/hostname is not in the workspace.'),
      expect.stringContaining('leads through a link'),
      expect.stringContaining('is not in the workspace.'),
      expect.stringContaining('leads through a link'),
      expect.stringContaining('/tmp/evil.txt is not in the workspace.'),
      expect.stringContaining('is not a regular file.'),
      expect.stringMatching(/^Resource not found: .*nothing.txt$/),
    ])
    expect(fs.readFileSync(path.join(job.workspace_path ?? '', 'src', 'made.txt'), 'utf8')).toBe('x\ny\nz')
  })

  it('run commands in the sandbox, with the output in the transcript, and end them with the session', async () => {
    const terminal = (method: string): object => ({ call: [method, { terminalId: '{terminal}' }] })
    const create = (command: string, args?: string[]): object => ({
      call: ['terminal/create', { command, ...(args === undefined ? {} : { args }) }],
    })
    const id = await startFixtureJob(server, 'terminals', {
      turn: [
        create('echo one; echo two >&2; pwd > where.txt; touch /usr/evil || exit 3'),
        terminal('terminal/wait_for_exit'),
        terminal('terminal/output'),
        {
          update: {
            sessionUpdate: 'tool_call',
            toolCallId: 'c',
            title: 'Run it',
            status: 'completed',
            content: [{ type: 'terminal', terminalId: '{terminal}' }],
          },
        },
        { call: ['terminal/create', { command: 'pwd', cwd: '/etc' }] },
        create('sleep', ['987.654']),
      ],
    })
    const job = await endOf(server, id)
    expect(job.error).toBeNull()
    const answers = heardIn(job).slice(1)
    expect(answers[1]).toMatchObject({ 'terminal/wait_for_exit': { result: { exitCode: 3 } } })
    expect(answers[2]).toMatchObject({
      'terminal/output': {
        result: { output: expect.stringMatching(/one\ntwo\n.*touch/s), truncated: false },
      },
    })
    expect(answers[3]).toMatchObject({
      'terminal/create': { error: { message: expect.stringContaining('/etc') } },
    })
    const where = fs.readFileSync(path.join(job.workspace_path ?? '', 'where.txt'), 'utf8')
    expect(where).toContain(`${id}/attempts/`)
    expect(processesNaming('987.654')).toEqual([])
    const call = (await server.client.events(id, 0)).find((event) => event.type === 'session.tool_call')
    expect(call).toMatchObject({ message: 'Run it', data: { output: expect.stringContaining('one\ntwo') } })
  })
})

it('the usage that an agent reports is counted for its attempt and its job', async () => {
  const usage = { inputTokens: 900, outputTokens: 100, totalTokens: 1000 }
  const cost = { sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount: 0.5, currency: 'USD' } }
  const id = await startFixtureJob(server, 'usage', {
    turn: [
      { write: ['a.txt', 'a'] },
      { update: cost },
      {
        update: {
          sessionUpdate: 'tool_call',
          toolCallId: 'c',
          title: 'Edit a.txt',
          kind: 'edit',
          content: [{ type: 'diff', path: 'a.txt', oldText: null, newText: 'a' }],
        },
      },
      { stop: { stopReason: 'end_turn', usage } },
    ],
  })
  const job = await endOf(server, id)
  const expected = { input_tokens: 900, output_tokens: 100, cost_usd: 0.5 }
  expect(job.usage).toEqual({ ...expected, cached_tokens: 0, unpriced_tokens: 0 })
  const [attempt] = await server.client.attempts(id)
  expect(attempt?.usage).toEqual(job.usage)
  const { transcript } = await server.client.attempt(id, attempt?.id ?? '')
  expect(transcript.find((event) => event.type === 'session.usage')?.data).toEqual(expected)
  expect(transcript.find((event) => event.type === 'session.tool_call')).toMatchObject({
    message: 'Edit a.txt',
    data: { kind: 'edit', diffs: [{ path: 'a.txt', old: null, new: 'a' }] },
  })
})

it('after a kill the next attempt is told what was done, and continues in the same files', async () => {
  const call = (status: string): object => ({
    update: { sessionUpdate: 'tool_call_update', toolCallId: 'c1', title: 'Run npm test', status },
  })
  const id = await startFixtureJob(server, 'killed', {
    echo: true,
    turn: [
      {
        once: [
          { write: ['half.txt', 'half'] },
          { say: 'I have written the half.' },
          call('in_progress'),
          call('completed'),
          { hang: true },
        ],
      },
      { write: ['done.txt', 'done'] },
    ],
  })
  const first = await until('the work of the first attempt', 30_000, async () => {
    const [attempt] = await server.client.attempts(id)
    const events = await server.client.events(id, 0)
    return events.some((event) => event.data['status'] === 'completed') ? (attempt ?? null) : null
  })
  const [pid] = processesNaming(first.id).filter((each) =>
    fs.readFileSync(`/proc/${each}/cmdline`, 'utf8').startsWith(`${process.execPath}\u0000${fixtureAgent}`),
  )
  process.kill(pid ?? 0, 'SIGKILL')
  const job = await endOf(server, id)
  expect(job.error).toBeNull()
  const attempts = await server.client.attempts(id)
  expect(attempts.map(({ status, error }) => ({ status, error }))).toEqual([
    { status: 'failed', error: expect.stringContaining("The agent's process ended: ") },
    { status: 'succeeded', error: null },
  ])
  const prompts = heardIn(job).flatMap((line) => ('prompt' in line ? [JSON.stringify(line['prompt'])] : []))
  expect(prompts).toHaveLength(2)
  expect(prompts[0]).not.toContain('as it was recorded')
  expect(prompts[1]).toContain('- said: I have written the half.')
  expect(prompts[1]).toContain('- did: Run npm test (completed)')
  const files = fs.readdirSync(job.workspace_path ?? '')
  expect(files).toEqual(expect.arrayContaining(['half.txt', 'done.txt']))
})

it('an agent with its own access to models is told the model that a person chose', async () => {
  const model = (id: string, value: string): object => ({
    id,
    name: id,
    category: 'model',
    type: 'select',
    currentValue: value,
    options: ['small', 'large'].map((each) => ({ value: each, name: each })),
  })
  const open = { configOptions: [model('provider', 'small'), model('model', 'small')] }
  const id = await startFixtureJob(server, 'chooser', { open, turn: [] }, { model: 'large' })
  const job = await endOf(server, id)
  expect(heardIn(job)).toContainEqual({ config: ['model', 'large'] })
  expect((await server.client.agents(id)).map((agent) => agent.model)).toEqual(['large'])
})
