import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {
  client,
  methods,
  PROTOCOL_VERSION,
  type RequestPermissionRequest,
  type SessionUpdate,
} from '@agentclientprotocol/sdk'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Plan } from '../../contract/plan.ts'
import type { TaskBrief } from '../../contract/brief.ts'
import { startScriptedModel, type ScriptedModel } from '../../../test/helpers/scripted-model.ts'
import { scriptText, type Step } from '../../../test/helpers/scripted-model/script.ts'
import { openTeamAgent } from './acp-agent.ts'
import { MODEL_FILE } from './model.ts'

/** The built-in team against the scripted provider: the real agent, its real tools, a real HTTP server. */
let provider: ScriptedModel
let dir: string
beforeAll(async () => {
  provider = await startScriptedModel()
})
afterAll(() => provider.close())
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'team-agent-'))
  fs.mkdirSync(path.join(dir, 'work'))
})
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }))

const wires = [
  ['anthropic', '/v1'],
  ['openai', '/v1'],
  ['openai-responses', '/v1'],
  ['gemini', '/v1beta'],
] as const

function configure(wire: string, version: string, more: object = {}): void {
  const file = path.join(dir, MODEL_FILE)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const place = { wire, url: `${provider.url}${version}`, key: `key-${dir}`, model: 'mock-model', ...more }
  fs.writeFileSync(file, JSON.stringify(place))
}

function leaveBrief(role: TaskBrief['role'], mode: TaskBrief['mode'] = 'team'): void {
  const task = { id: '1', key: 'build', title: 'Build', description: '', acceptance: [], checks: [] }
  const work = { vision: 'v', task, attempt: 1, feedback: [], base_commit: '' }
  const brief: TaskBrief = { slipway: 1, role, mode, permissions: 'sandbox', ...work }
  fs.mkdirSync(path.join(dir, 'work', '.slipway'))
  fs.writeFileSync(path.join(dir, 'work', '.slipway', 'task.json'), JSON.stringify(brief))
}

interface Talk {
  readonly updates: readonly SessionUpdate[]
  readonly asked: readonly RequestPermissionRequest[]
  readonly prompt: (text: string) => Promise<unknown>
  readonly setMode: (modeId: string) => Promise<unknown>
  readonly cancel: () => Promise<void>
}

/** Opens a session with the agent; a person behind it answers each permission request with `answer`. */
async function talkTo(use: (talk: Talk) => Promise<void>, answer = 'once'): Promise<void> {
  const updates: SessionUpdate[] = []
  const asked: RequestPermissionRequest[] = []
  const app = client({ name: 'test' })
    .onNotification(methods.client.session.update, ({ params }) => void updates.push(params.update))
    .onRequest(methods.client.session.requestPermission, ({ params }) => {
      asked.push(params)
      return { outcome: { outcome: 'selected', optionId: answer } }
    })
  await app.connectWith(openTeamAgent(dir).app, async (agent) => {
    await agent.request(methods.agent.initialize, { protocolVersion: PROTOCOL_VERSION })
    const cwd = path.join(dir, 'work')
    const { sessionId } = await agent.request(methods.agent.session.new, { cwd, mcpServers: [] })
    await use({
      updates,
      asked,
      prompt: (text) =>
        agent.request(methods.agent.session.prompt, { sessionId, prompt: [{ type: 'text', text }] }),
      setMode: (modeId) => agent.request(methods.agent.session.setMode, { sessionId, modeId }),
      cancel: () => agent.notify(methods.agent.session.cancel, { sessionId }),
    })
  })
}

function script(...steps: Step[]): string {
  return `Build it. ${scriptText({ steps })}`
}

/** The messages of the agent, joined. */
function said(updates: readonly SessionUpdate[]): string {
  return updates
    .map((update) =>
      update.sessionUpdate === 'agent_message_chunk' || update.sessionUpdate === 'agent_thought_chunk'
        ? update.content.type === 'text' && update.content.text
        : '',
    )
    .join('')
}

const inWork = (name: string): string => path.join(dir, 'work', name)

describe.each(wires)('on the wire %s', (wire, version) => {
  it('it writes, runs and reports, and its token count is that of the provider', async () => {
    configure(wire, version)
    await talkTo(async ({ prompt, updates }) => {
      const answer = await prompt(
        script(
          { write: ['src/a.txt', 'one\n'] },
          { bash: 'cat src/a.txt; exit 3' },
          { call: ['edit', { path: 'src/a.txt', old_text: 'one', new_text: 'two' }] },
          { text: 'All of it is done.' },
        ),
      )
      const { input, output, calls } = provider.totals(`key-${dir}`)
      expect(answer).toEqual({
        stopReason: 'end_turn',
        usage: { inputTokens: input, outputTokens: output, totalTokens: input + output },
      })
      expect(calls).toBe(4)
      expect(fs.readFileSync(inWork('src/a.txt'), 'utf8')).toBe('two\n')
      expect(said(updates)).toBe('All of it is done.')
      expect(JSON.stringify(updates)).toContain('one\\n\\nexit code 3')
    })
  })

  it('a file with CRLF is read, edited and rewritten with its line endings', async () => {
    configure(wire, version)
    fs.writeFileSync(inWork('a.bat'), 'one\r\ntwo\r\nthree\r\n')
    fs.writeFileSync(inWork('b.bat'), 'one\r\n')
    await talkTo(async ({ prompt, updates }) => {
      await prompt(
        script(
          { call: ['read', { path: 'a.bat' }] },
          {
            call: ['edit', { path: 'a.bat', old_text: 'one\ntwo\n', new_text: 'one\nand a half\ntwo\n' }],
          },
          { call: ['edit', { path: 'a.bat', old_text: 'three', new_text: 'three\nfour' }] },
          { write: ['b.bat', 'one\ntwo\n'] },
          { text: 'Done.' },
        ),
      )
      expect(fs.readFileSync(inWork('a.bat'), 'utf8')).toBe('one\r\nand a half\r\ntwo\r\nthree\r\nfour\r\n')
      expect(fs.readFileSync(inWork('b.bat'), 'utf8')).toBe('one\r\ntwo\r\n')
      expect(JSON.stringify(updates)).not.toContain('\\t\\r')
    })
  })

  it('a failing provider is reported with its status, and the turn does not count as successful', async () => {
    configure(wire, version)
    await talkTo(async ({ prompt }) => {
      await expect(prompt(script({ fail: 529 }))).rejects.toThrow(
        /The model could not be asked \(HTTP 529\): ./,
      )
    })
  })
})

it('a local server without a key is called without one', async () => {
  configure('openai', '/v1', { key: '' })
  const before = provider.served.length
  await talkTo(async ({ prompt }) => {
    await prompt(script({ text: 'Hello.' }))
  })
  expect(provider.served.slice(before).map(({ key }) => key)).toEqual([null])
})

it('an architect hands in a plan through a tool that refuses an invalid one', async () => {
  configure('anthropic', '/v1')
  leaveBrief('architect')
  const tasks = [{ key: 'a', title: 'A', description: 'Do it.', depends_on: [] }]
  const broken = [{ ...tasks[0], depends_on: ['b'] }]
  await talkTo(async ({ prompt }) => {
    await prompt(
      script(
        { call: ['submit_plan', { title: 'P', tasks: broken }] },
        { bash: 'test -e .slipway/plan.json && cp .slipway/plan.json too-early' },
        { call: ['submit_plan', { title: 'P', tasks }] },
        { text: 'Planned.' },
      ),
    )
  })
  expect(fs.existsSync(inWork('too-early'))).toBe(false)
  expect(Plan.parse(JSON.parse(fs.readFileSync(inWork('.slipway/plan.json'), 'utf8'))).tasks).toHaveLength(1)
})

it('in ask mode, a refused action is not done, and the model is informed', async () => {
  configure('openai', '/v1')
  await talkTo(async ({ prompt, setMode, asked, updates }) => {
    await setMode('ask')
    await prompt(
      script({ write: ['no.txt', 'x'] }, { bash: 'touch no-either' }, { text: 'I was not allowed.' }),
    )
    expect(asked.map(({ toolCall }) => toolCall.title)).toEqual(['Write no.txt', '$ touch no-either'])
    expect(fs.readdirSync(inWork('.'))).toEqual([])
    expect(said(updates)).toContain('I was not allowed.')
  }, 'no')
})

it('a cancel ends the running command, and the session continues', async () => {
  configure('openai-responses', '/v1')
  await talkTo(async ({ prompt, cancel, updates }) => {
    const turn = prompt(script({ bash: 'echo $$ > pid; exec sleep 300' }))
    await expect.poll(() => fs.existsSync(inWork('pid')) && fs.statSync(inWork('pid')).size > 0).toBe(true)
    await cancel()
    expect(await turn).toEqual({ stopReason: 'cancelled' })
    const pid = Number(fs.readFileSync(inWork('pid'), 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    await prompt(script({ write: ['after.txt', 'x'] }, { text: 'Going on.' }))
    expect(said(updates)).toContain('Going on.')
    expect(fs.existsSync(inWork('after.txt'))).toBe(true)
  })
})

it('a conversation that grows too long is summarised, and work continues', async () => {
  configure('gemini', '/v1beta', { context_tokens: 4000 })
  const long = 'many words '.repeat(1000)
  await talkTo(async ({ prompt, updates }) => {
    const steps = Array.from({ length: 8 }, (_, n): Step => ({ write: [`f${n}.txt`, `${n} ${long}`] }))
    await prompt(script(...steps, { text: 'All eight are there.' }))
    expect(said(updates)).toContain('summed up to make room')
  })
  expect(fs.readdirSync(inWork('.'))).toContain('f3.txt')
})

it('without a model it explains what to do', async () => {
  await talkTo(async ({ prompt }) => {
    await expect(prompt('Build it.')).rejects.toThrow('slipway providers add')
  })
})
