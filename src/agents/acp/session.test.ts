import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { letPass } from '../../../test/helpers/until.ts'
import type { SessionUpdate } from '../backend.ts'
import { plainSession, type SessionPreferences } from '../profile.ts'
import type { SessionHost } from '../session/session-host.ts'
import type { Session } from '../session/session.ts'
import { openSession, type SessionOptions } from './session.ts'

/** A session with a real process, the fixture agent (test/helpers/fixture-agent.mjs). */
const fixture = path.join(import.meta.dirname, '..', '..', '..', 'test', 'helpers', 'fixture-agent.mjs')
const limits = { startMs: 5000, firstUpdateMs: 5000, silenceMs: 5000, turnMs: 20_000 }
const never = new AbortController().signal
let dir: string
let children: ChildProcess[]
let updates: SessionUpdate[]

beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-session-'))
  children = []
  updates = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  fs.rmSync(dir, { recursive: true })
})

const host: SessionHost = {
  policy: 'sandbox',
  answer: ({ options }) => Promise.resolve(options[0] ?? null),
  readFile: (place) => fs.promises.readFile(path.join(dir, place), 'utf8'),
  writeFile: (place, text) => fs.promises.writeFile(path.join(dir, place), text),
  startCommand: () => Promise.reject(new Error('no commands here')),
}

function open(play: object, options: Partial<SessionOptions> = {}): Promise<Session> {
  const child = spawn(process.execPath, [fixture, JSON.stringify(play)], {
    cwd: dir,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  children.push(child)
  const ended = new Promise<string>((resolve) => child.once('exit', (code) => resolve(`exit code ${code}.`)))
  return openSession(
    {
      stdin: child.stdin,
      stdout: child.stdout,
      ended,
      cwd: dir,
      limits,
      maxBytes: 10_000_000,
      preferences: plainSession,
      title: 'A session',
      host,
      onUpdate: (update) => updates.push(update),
      ...options,
    },
    never,
  )
}

/** The messages that the agent received, in order. */
function heard(): unknown[] {
  const text = fs.readFileSync(path.join(dir, 'answers.jsonl'), 'utf8').trim()
  return text.split('\n').map((line): unknown => JSON.parse(line))
}

const say = (text: string): object => ({ say: text })
const preferences = (more: Partial<SessionPreferences>): SessionPreferences => ({ ...plainSession, ...more })

describe('opening a session', () => {
  const modes = {
    currentModeId: 'auto',
    availableModes: ['auto', 'careful'].map((id) => ({ id, name: id })),
  }
  const select = (id: string, category: string | null, values: readonly string[]): object => ({
    id,
    name: id,
    category,
    type: 'select',
    currentValue: values[0],
    options: values.map((value) => ({ value, name: value })),
  })

  it('sets mode and options explicitly, and skips those that the agent does not offer', async () => {
    const session = await open(
      {
        open: {
          modes,
          configOptions: [
            select('model', 'model', ['small', 'large']),
            select('effort', null, ['low', 'high']),
            { id: 'web', name: 'web', type: 'boolean', currentValue: true },
          ],
        },
      },
      {
        model: 'large',
        preferences: preferences({
          modes: { sandbox: 'careful', ask: 'auto' },
          config: { web: false, effort: 'high', nowhere: 'x', model: 'unheard-of' },
        }),
      },
    )
    expect(session).toMatchObject({ origin: 'new', model: 'large' })
    expect(heard()).toEqual([
      { new: [] },
      { mode: 'careful' },
      { config: ['web', false] },
      { config: ['effort', 'high'] },
      { config: ['model', 'large'] },
    ])
  })

  it('sets a mode that is offered only as an option, and reports the model that the agent chose', async () => {
    const configOptions = [select('m', 'mode', ['auto', 'careful']), select('model', 'model', ['small'])]
    const session = await open(
      { open: { configOptions } },
      { preferences: preferences({ modes: { sandbox: 'careful' } }) },
    )
    expect(session.model).toBe('small')
    expect(heard()).toEqual([{ new: [] }, { config: ['m', 'careful'] }])
  })

  it('sets the title of a new session if the agent supports that, so that it calls no model for one', async () => {
    const offer = { agentCapabilities: { sessionCapabilities: { title: {}, resume: {} } } }
    await open({ offer })
    await open({ offer }, { resume: 's0' })
    expect(await open({ offer, refusesTitles: true })).toMatchObject({ origin: 'new' })
    expect(heard()).toEqual([{ new: [] }, { title: 'A session' }, { resume: 's0' }, { new: [] }])
  })

  it('continues a session that the agent can resume or load, and starts a new one if that fails', async () => {
    const loads = { agentCapabilities: { loadSession: true } }
    const resumes = { agentCapabilities: { loadSession: true, sessionCapabilities: { resume: {} } } }
    expect(await open({ offer: loads }, { resume: 's0' })).toMatchObject({ id: 's0', origin: 'loaded' })
    expect(await open({ offer: resumes }, { resume: 's0' })).toMatchObject({ id: 's0', origin: 'resumed' })
    expect(await open({}, { resume: 's0' })).toMatchObject({ id: 's1', origin: 'new' })
    const broken = { resume: 's0', preferences: preferences({ brokenLoad: true }) }
    expect(await open({ offer: loads }, broken)).toMatchObject({ id: 's1', origin: 'new' })
    expect(heard()).toEqual([{ load: 's0' }, { resume: 's0' }, { new: [] }, { new: [] }])
  })

  it('logs in with the method of the profile, and otherwise reports that a person has to log in', async () => {
    const offer = { authMethods: [{ id: 'key', name: 'With a key' }] }
    await open({ offer, login: true }, { preferences: preferences({ authenticate: 'key' }) })
    expect(heard()).toEqual([{ authenticate: { methodId: 'key' } }, { new: [] }])
    await expect(open({ offer, login: true })).rejects.toThrow(
      /requires a log-in\. Log in with its own program .* It offers: With a key\./,
    )
  })

  it('passes on the MCP servers that the agent can use', async () => {
    const stdio = { name: 'board', command: 'board', args: [], env: [] }
    const http = { type: 'http' as const, name: 'web', url: 'http://127.0.0.1:1/', headers: [] }
    await open({}, { mcpServers: [stdio, http] })
    await open(
      { offer: { agentCapabilities: { mcpCapabilities: { http: true } } } },
      { mcpServers: [stdio, http] },
    )
    expect(heard()).toEqual([{ new: [stdio] }, { new: [stdio, http] }])
  })

  it('fails with an explanation when the agent hangs, prints invalid output, or speaks another protocol version', async () => {
    const soon = { limits: { ...limits, startMs: 300 } }
    await expect(open({ start: 'hang' }, soon)).rejects.toThrow('The agent did not start within 0.3 s.')
    await expect(open({ start: 'garbage' })).rejects.toThrow(
      'The agent does not speak the Agent Client Protocol. It printed: Welcome!',
    )
    await expect(open({ start: 'exit' })).rejects.toThrow("The agent's process ended: exit code 0.")
    await expect(open({ offer: { protocolVersion: 7 } })).rejects.toThrow(/speaks version 7 .* version 1/)
  })
})

describe('a turn', () => {
  it('has three time limits, each with its own message', async () => {
    const quick = (one: object): object => ({ limits: { ...limits, ...one } })
    const cases: [object, object, RegExp][] = [
      [[{ hang: true }], quick({ firstUpdateMs: 200 }), /said nothing within 0\.2 s of its prompt/],
      [[say('a'), { hang: true }], quick({ silenceMs: 200 }), /fell silent for 0\.2 s/],
      [[{ talk: 20 }], quick({ turnMs: 300 }), /did not finish its turn within 0\.3 s/],
    ]
    for (const [turn, options, sentence] of cases) {
      const session = await open({ turn }, options)
      await expect(session.prompt('go', never)).rejects.toThrow(sentence)
    }
  })

  it('does not count the time in which the agent waits for an answer from the server', async () => {
    const turn = [{ ask: { toolCall: { toolCallId: 'c' }, options: [] } }, say('done')]
    const slow: SessionHost = {
      ...host,
      answer: () => letPass(2500).then(() => null),
    }
    const short = { ...limits, firstUpdateMs: 1500, turnMs: 2000 }
    const session = await open({ turn }, { host: slow, limits: short })
    expect(await session.prompt('go', never)).toEqual({ stopReason: 'end_turn' })
  })

  it('is cancelled when it is stopped, and the agent can be prompted again afterwards', async () => {
    const session = await open({ turn: [say('working'), { hang: true }] })
    const stop = new AbortController()
    const turn = session.prompt('go', stop.signal)
    await expect.poll(() => updates.length).toBeGreaterThan(0)
    stop.abort()
    await expect(turn).rejects.toThrow('The attempt was stopped.')
    expect(heard()).toContainEqual({ cancelled: true })
  })

  it('ends when the agent floods its output', async () => {
    const session = await open({ turn: [{ flood: 100_000 }] }, { maxBytes: 1_000_000 })
    await expect(session.prompt('go', never)).rejects.toThrow(
      'The agent flooded its session: it said more than 1 MB.',
    )
  })

  it("reports how the process ended when it dies, and the agent's error response", async () => {
    const dying = await open({ turn: [{ exit: 7 }] })
    await expect(dying.prompt('go', never)).rejects.toThrow("The agent's process ended: exit code 7.")
    const failing = await open({
      turn: [{ fail: { code: -32_603, message: 'model gone', data: { status: 529 } } }],
    })
    await expect(failing.prompt('go', never)).rejects.toThrow(
      'The agent answered with an error: model gone {"status":529}',
    )
  })
})

describe('tool calls', () => {
  it('are identified by their id: parts without a title or a beginning, edits, and output in parts', async () => {
    const piece = (more: object): object => ({
      update: { sessionUpdate: 'tool_call_update', toolCallId: 'c1', ...more },
    })
    const portion = (data: string): object =>
      piece({ _meta: { terminal_output_delta: { terminal_id: 't', data } } })
    const session = await open({
      turn: [
        {
          ask: {
            toolCall: { toolCallId: 'c1', title: 'Run npm test', kind: 'execute' },
            options: [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }],
          },
        },
        portion('one\n'),
        portion('two\n'),
        piece({
          status: 'completed',
          content: [{ type: 'diff', path: 'a.js', oldText: null, newText: 'new' }],
        }),
      ],
    })
    await session.prompt('go', never)
    const calls = updates.filter((update) => update.kind === 'tool_call')
    expect(calls.map(({ title, status, output }) => ({ title, status, output }))).toEqual([
      { title: 'Run npm test', status: null, output: null },
      { title: 'Run npm test', status: null, output: 'one\n' },
      { title: 'Run npm test', status: null, output: 'one\ntwo\n' },
      { title: 'Run npm test', status: 'completed', output: null },
    ])
    expect(calls.at(-1)?.diffs).toEqual([{ path: 'a.js', old: null, new: 'new' }])
    expect(heard()).toContainEqual({
      ask: expect.objectContaining({ result: { outcome: { outcome: 'selected', optionId: 'yes' } } }),
    })
  })
})

describe('reported usage', () => {
  const chunk = (usage: object): object => ({
    update: {
      sessionUpdate: 'agent_message_chunk',
      content: { type: 'text', text: '' },
      _meta: { usage },
    },
  })
  const cost = (amount: number): object => ({
    update: { sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount, currency: 'USD' } },
  })
  it.each([
    [
      'with the answer to the prompt, cached tokens included',
      [
        {
          stop: {
            stopReason: 'end_turn',
            usage: { inputTokens: 10, outputTokens: 5, cachedReadTokens: 85, totalTokens: 100 },
          },
        },
      ],
      { inputTokens: 95, outputTokens: 5, costUsd: null },
    ],
    [
      'with its quota',
      [
        {
          stop: {
            stopReason: 'end_turn',
            _meta: { quota: { token_count: { input_tokens: 7, output_tokens: 3 } } },
          },
        },
      ],
      { inputTokens: 7, outputTokens: 3, costUsd: null },
    ],
    [
      'piece by piece, with a cost',
      [
        chunk({ inputTokens: 4, outputTokens: 1 }),
        chunk({ inputTokens: 5, outputTokens: 2 }),
        cost(0.1),
        cost(0.25),
      ],
      { inputTokens: 9, outputTokens: 3, costUsd: 0.25 },
    ],
    ['not at all', [say('hello')], null],
  ])('is read wherever an agent reports it: %s', async (_, turn, expected) => {
    const session = await open({ turn })
    await session.prompt('go', never)
    expect(session.usage()).toEqual(expected)
  })

  it('is unknown when an agent reports only a part of it', async () => {
    const stop = { stopReason: 'end_turn', usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 } }
    const session = await open(
      { turn: [cost(0.5), { stop }] },
      { preferences: preferences({ partialUsage: true }) },
    )
    await session.prompt('go', never)
    expect(session.usage()).toEqual({ inputTokens: 0, outputTokens: 0, costUsd: 0.5 })
  })
})
