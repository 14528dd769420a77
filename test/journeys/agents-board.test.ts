import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobView, TaskView } from '../../src/contract/job.ts'
import { heardIn, startFixtureJob } from '../helpers/fixture-backend.ts'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** The board as agents see it: over MCP for those that can, as a program in their PATH for all. */
const plain = path.join(import.meta.dirname, '..', 'helpers', 'plain-agent.mjs')
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const overHttp = { agentCapabilities: { mcpCapabilities: { http: true } } }
const call = (name: string, args: object = {}): object => ({
  mcp: ['tools/call', { name, arguments: args }],
})
interface Heard {
  readonly status: number
  readonly body: {
    readonly result?: {
      readonly content?: { readonly text: string }[]
      readonly isError?: boolean
      readonly tools?: { readonly name: string }[]
    }
    readonly error?: { readonly code: number; readonly message: string }
  } | null
}
const heardOverMcp = (job: JobView): Heard[] =>
  heardIn(job).flatMap((line) => ('mcp' in line ? [line['mcp'] as Heard] : []))
const said = ({ body }: Heard): string => body?.result?.content?.[0]?.text ?? ''

const reports = async (id: string) =>
  (await server.client.events(id, 0)).filter((event) => event.type === 'attempt.progress')

describe('an agent that takes MCP servers over HTTP', () => {
  it('gets the board in its session: it lists the tasks, and its report is an event and shown on its card', async () => {
    const id = await startFixtureJob(server, 'mcp', {
      offer: overHttp,
      turn: [
        { mcp: ['initialize', { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: {} }] },
        { mcp: ['notifications/initialized'] },
        { mcp: ['ping', {}] },
        { mcp: ['tools/list', {}] },
        call('list_tasks'),
        call('report_progress', { message: 'The parser works,\n the printer is next.' }),
        { say: 'Chatter that is overheard.' },
        { waitFor: 'go.txt' },
        { write: ['done.txt', 'done'] },
      ],
    })
    const task = await until('the report on the card', 30_000, async (): Promise<TaskView | null> => {
      const [one] = await server.client.tasks(id)
      return one?.activity?.includes('parser') === true ? one : null
    })
    // Other output is stored after the report, and the report is still shown.
    await until('the chatter', 30_000, async () => {
      const events = await server.client.events(id, 0)
      return events.some((event) => event.message.startsWith('Chatter')) ? true : null
    })
    expect((await server.client.tasks(id))[0]?.activity).toBe('The parser works, the printer is next.')
    const attempt = path.join(server.dataDir, 'jobs', id, 'attempts', task.attempt_id ?? '')
    fs.writeFileSync(path.join(attempt, 'ws', 'go.txt'), '')

    const job = await endOf(server, id)
    expect(job).toMatchObject({ status: 'completed', error: null })
    const [agent] = await server.client.agents(id)
    expect(await reports(id)).toMatchObject([
      {
        actor: `agent:${agent?.name}`,
        task_id: task.task_id,
        attempt_id: task.attempt_id,
        message: 'The parser works, the printer is next.',
      },
    ])
    const [opened, noted, pinged, tools, listed, reported] = heardOverMcp(job)
    expect(opened).toMatchObject({
      status: 200,
      body: {
        jsonrpc: '2.0',
        result: {
          protocolVersion: '2025-03-26',
          capabilities: { tools: {} },
          serverInfo: { name: 'slipway' },
        },
      },
    })
    expect(noted).toEqual({ status: 202, body: null })
    expect(pinged?.body).toMatchObject({ result: {} })
    expect(tools?.body?.result?.tools?.map(({ name }) => name)).toEqual([
      'list_tasks',
      'report_progress',
      'ask_person',
    ])
    expect(listed === undefined ? '' : said(listed)).toBe(
      `- ${task.key} (yours): ${task.title} [running] ${agent?.name}, developer`,
    )
    expect(reported?.body?.result).toMatchObject({ isError: false })
  })

  it('gets an explanation for an invalid call, and continues', async () => {
    const id = await startFixtureJob(server, 'wrong', {
      offer: overHttp,
      turn: [
        call('report_progress', { message: '   ' }),
        call('report_progress', { message: 'x'.repeat(501) }),
        call('merge_everything'),
        { mcp: ['resources/list', {}] },
        { mcp: ['initialize', { protocolVersion: '1999-01-01' }] },
        { write: ['done.txt', 'done'] },
      ],
    })
    const job = await endOf(server, id)
    expect(job.status).toBe('completed')
    const [empty, long, unknown, method, version] = heardOverMcp(job)
    for (const refused of [empty, long])
      expect(refused?.body?.result).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('message') as string }],
      })
    expect(unknown?.body?.error).toMatchObject({
      code: -32_602,
      message: expect.stringContaining('list_tasks') as string,
    })
    expect(method?.body?.error?.code).toBe(-32_601)
    expect(version?.body?.result).toMatchObject({ protocolVersion: '2025-06-18' })
    expect(await reports(id)).toEqual([])
  })

  it('has a token that gives access only to the board, and only while the attempt runs', async () => {
    const id = await startFixtureJob(server, 'token', {
      offer: overHttp,
      turn: [call('list_tasks'), { waitFor: 'go.txt' }],
    })
    const attempt = await until('the session', 30_000, async () => {
      const [one] = await server.client.attempts(id)
      const ws = path.join(server.dataDir, 'jobs', id, 'attempts', one?.id ?? '', 'ws')
      const file = path.join(ws, 'answers.jsonl')
      return fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('"mcp"') ? { ws, file } : null
    })
    const [opened = ''] = fs.readFileSync(attempt.file, 'utf8').split('\n')
    const [board] = (JSON.parse(opened) as { new: { url: string; headers: { value: string }[] }[] }).new
    const url = board?.url ?? ''
    const authorization = board?.headers[0]?.value ?? ''
    const ask = async (headers: Record<string, string>, method = 'POST', body = ping): Promise<number> =>
      (await fetch(url, { method, headers, ...(method === 'POST' ? { body } : {}) })).status
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })

    expect(await ask({ authorization })).toBe(200)
    expect(await ask({})).toBe(401)
    expect(await ask({ authorization: `${authorization}x` })).toBe(401)
    expect(await ask({ authorization: `Bearer ${server.token}` })).toBe(401)
    expect(await ask({ authorization, origin: 'http://example.com' })).toBe(403)
    expect(await ask({ authorization, 'mcp-protocol-version': '1999-01-01' })).toBe(400)
    expect(await ask({ authorization }, 'GET')).toBe(405)
    expect(await ask({ authorization }, 'POST', '{')).toBe(400)
    expect(await ask({ authorization }, 'POST', ' '.repeat(200_000))).toBe(413)
    // Neither the models behind the same listener nor the API take it.
    const models = new URL('/anthropic/v1/messages', url)
    expect((await fetch(models, { method: 'POST', headers: { authorization }, body: '{}' })).status).toBe(401)
    expect((await fetch(`${server.url}/api/jobs`, { headers: { authorization } })).status).toBe(401)

    fs.writeFileSync(path.join(attempt.ws, 'go.txt'), '')
    await endOf(server, id)
    expect(await ask({ authorization })).toBe(401)
  })
})

describe('an agent without MCP', () => {
  it('finds the board as a program in its PATH, also in its terminals', async () => {
    const command = 'slipway-board tasks && slipway-board progress Half is done.'
    const id = await startFixtureJob(server, 'terminal', {
      turn: [
        { call: ['terminal/create', { command: 'sh', args: ['-c', command] }] },
        { call: ['terminal/wait_for_exit', { terminalId: '{terminal}' }] },
        { write: ['done.txt', 'done'] },
      ],
    })
    const job = await endOf(server, id)
    expect(job).toMatchObject({ status: 'completed', error: null })
    expect(heardIn(job)[0]).toEqual({ new: [] })
    expect((await reports(id)).map(({ message }) => message)).toEqual(['Half is done.'])
  })

  it('may be a plain command; the program explains errors', async () => {
    const run = (...words: string[]): object => ({ run: ['slipway-board', ...words] })
    const play = [run('tasks'), run('progress', 'Written.'), run('progress'), run('merge')]
    await server.client.addBackend({
      name: 'plain',
      kind: 'command',
      prompt: 'stdin',
      command: [process.execPath, plain, 'stdin', JSON.stringify(play)],
      env: {},
    })
    const { job_id: id } = await server.client.createJob({
      vision: 'a plain job',
      mode: 'solo',
      backend: 'plain',
    })
    const job = await endOf(server, id)
    expect(job).toMatchObject({ status: 'completed', error: null })
    const [agent] = await server.client.agents(id)
    expect(await reports(id)).toMatchObject([{ actor: `agent:${agent?.name}`, message: 'Written.' }])
    const read = (name: string): string =>
      fs.readFileSync(path.join(job.workspace_path ?? '', name), 'utf8').trim()
    const ran = read('ran.jsonl')
      .split('\n')
      .map((line) => JSON.parse(line) as { code: number; out: string; err: string })
    expect(ran).toMatchObject([
      { code: 0, out: expect.stringContaining('(yours)') as string, err: '' },
      { code: 0, err: '' },
      { code: 1, out: '', err: expect.stringContaining('message') as string },
      { code: 2, out: '', err: expect.stringContaining('slipway-board tasks') as string },
    ])
    // One line of the prompt is all there is to read about it.
    const prompt = JSON.parse(read('prompts.jsonl')) as string
    expect(prompt.split('\n').filter((line) => line.includes('slipway-board'))).toHaveLength(1)
  })
})
