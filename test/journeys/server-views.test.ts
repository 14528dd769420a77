import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jobForm, type JobRequest } from '../../src/client/job-request.ts'
import type { EventView } from '../../src/client/views.ts'
import { NewJob } from '../../src/contract/job.ts'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** Views of the server and of past events, and refused parameters. */
let server: TestServer
let done: string

interface Body {
  readonly code: string
  readonly error: string
  readonly job_id: string
  readonly defaults: object
  readonly events: EventView[]
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers = {},
): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${server.token}`,
      ...(body instanceof FormData ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text === '' ? '{}' : text) as Body }
}

beforeAll(async () => {
  server = await startTestServer()
  done = (await ask('POST', '/api/jobs', { vision: 'a counter', mode: 'solo' })).body.job_id
  await endOf(server, done)
})
afterAll(() => server.stop())

it('a worker shows its status and its work, since when', async () => {
  const { job_id } = (
    await ask('POST', '/api/jobs', { vision: 'a counter [[demo:slow=3000]]', mode: 'solo' })
  ).body
  const worker = await until('a lease of the job', 20_000, async () => {
    const [first] = await server.client.workers()
    return first?.leases.some((each) => each.job_id === job_id) === true ? first : null
  })
  expect(worker).toMatchObject({ pid: server.pid, slots: 4, host: expect.any(String) })
  const [lease] = worker.leases
  expect(lease).toMatchObject({ work_id: expect.any(String), kind: 'attempt', task_id: expect.any(String) })
  expect(Date.parse(lease?.since ?? '')).toBeGreaterThan(Date.parse(worker.started_at))
})

describe('past events', () => {
  const all = async (query = ''): Promise<EventView[]> =>
    (await ask('GET', `/api/jobs/${done}/events?limit=1000${query}`)).body.events

  it('are read backwards, page by page, the newest first and each page in order', async () => {
    const whole = (await all()).map((event) => event.seq)
    const pages: number[][] = []
    for (let before = 2_000_000_000; before > 1; before = pages[0]?.[0] ?? 0) {
      const { body } = await ask('GET', `/api/jobs/${done}/events?before=${before}&limit=7`)
      pages.unshift(body.events.map((event) => event.seq))
    }
    expect(pages.length).toBeGreaterThan(2)
    expect(pages.flat()).toEqual(whole)
  })

  it('are filtered by type, by task and by attempt', async () => {
    const whole = await all()
    const of = (keep: (event: EventView) => boolean): number[] => whole.filter(keep).map((event) => event.seq)
    const picked = async (query: string): Promise<number[]> => (await all(query)).map((event) => event.seq)
    expect(await picked('&type=session.*')).toEqual(of((event) => event.type.startsWith('session.')))
    expect(await picked('&type=job.created,job.completed')).toEqual([1, whole.at(-1)?.seq])
    const { task_id, attempt_id } = whole.find((event) => event.attempt_id !== null) ?? {}
    expect(await picked(`&task_id=${task_id}`)).toEqual(of((event) => event.task_id === task_id))
    expect(await picked(`&attempt_id=${attempt_id}`)).toEqual(of((event) => event.attempt_id === attempt_id))
    const last = await server.client.pastEvents(done, { attempt_id: attempt_id ?? '', limit: 2 })
    expect(last.map((event) => event.seq)).toEqual(of((event) => event.attempt_id === attempt_id).slice(-2))
  })

  it.each(['before=0', 'type=', 'type=*', "type=a'b", 'task_id=x', 'limit=1001', 'limit=0', 'colour=red'])(
    'the query %j is refused',
    async (query) => {
      expect((await ask('GET', `/api/jobs/${done}/events?${query}`)).status).toBe(400)
    },
  )
})

describe('defaults of new jobs', () => {
  it('are used only for fields that a request omits', async () => {
    const before = (await ask('GET', '/api/settings')).body
    const plain = { mode: 'team', parallelism: 2, approve_plan: false, permissions: 'sandbox', checks: [] }
    expect(before.defaults).toEqual(plain)
    const defaults = {
      ...plain,
      mode: 'solo',
      parallelism: 5,
      approve_plan: true,
      checks: ['node --version'],
    }
    expect((await ask('PUT', '/api/settings', { ...before, defaults })).body.defaults).toEqual(defaults)
    const bare = (await ask('POST', '/api/jobs', { vision: 'a counter' })).body
    expect(bare).toMatchObject({
      mode: 'solo',
      options: { parallelism: 5, checks: ['node --version'], approve_plan: false },
    })
    const said = { vision: 'a counter', mode: 'team', parallelism: 1, approve_plan: false, checks: [] }
    const full = (await ask('POST', '/api/jobs', said)).body
    expect(full).toMatchObject({ mode: 'team', options: { parallelism: 1, checks: [], approve_plan: false } })
    expect((await ask('PUT', '/api/settings', before)).status).toBe(200)
  })

  it('are refused if they are invalid', async () => {
    const before = (await ask('GET', '/api/settings')).body
    for (const wrong of [{ parallelism: 17 }, { mode: 'crowd' }, { colour: 'red' }, { checks: [''] }]) {
      const { status, body } = await ask('PUT', '/api/settings', {
        ...before,
        defaults: { ...before.defaults, ...wrong },
      })
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' })
    }
  })
})

it('the same Idempotency-Key with other documents is refused', async () => {
  const headers = { 'idempotency-key': `documents-${Date.now()}` }
  const form = (text: string): FormData => {
    const data = new FormData()
    data.set('vision', 'a counter')
    data.set('mode', 'solo')
    data.append('documents', new File([text], 'note.txt', { type: 'text/plain' }))
    return data
  }
  const one = await ask('POST', '/api/jobs', form('one'), headers)
  expect(one.status).toBe(201)
  expect((await ask('POST', '/api/jobs', form('one'), headers)).body.job_id).toBe(one.body.job_id)
  expect(await ask('POST', '/api/jobs', form('two'), headers)).toMatchObject({
    status: 409,
    body: { code: 'idempotency_key_reused' },
  })
})

it('backends that are added and removed concurrently are all kept', async () => {
  const names = Array.from({ length: 8 }, (_, number) => `at-once-${number}`)
  const all = async (method: string): Promise<number[]> => {
    const asked = names.map((name) =>
      method === 'POST'
        ? ask('POST', '/api/backends', { name, command: ['true'], env: {} })
        : ask('DELETE', `/api/backends/${name}`),
    )
    return (await Promise.all(asked)).map(({ status }) => status)
  }
  const known = async (): Promise<string[]> =>
    (await server.client.settings()).backends.map(({ name }) => name).filter((name) => names.includes(name))
  expect(new Set(await all('POST'))).toEqual(new Set([201]))
  expect((await known()).toSorted()).toEqual(names)
  expect(new Set(await all('DELETE')).size).toBe(1)
  expect(await known()).toEqual([])
})

it('concurrent changes of one provider are all kept', async () => {
  const put = (fields: object): Promise<{ status: number }> => ask('PUT', '/api/providers/at-once', fields)
  expect((await put({ wire: 'openai', base_url: 'http://127.0.0.1:9/v1' })).status).toBe(200)
  const fields = [
    { model: 'm' },
    { header: 'x-key' },
    { headers: { 'x-team': 'a' } },
    { backends: ['offline'] },
    { responses: true },
  ]
  const statuses = (await Promise.all(fields.map(put))).map(({ status }) => status)
  expect(statuses).toEqual(fields.map(() => 200))
  const provider = (await server.client.providers()).find(({ name }) => name === 'at-once')
  expect(provider).toMatchObject(Object.assign({}, ...fields))
})

it('a form with documents accepts every field of a job, like JSON', async () => {
  const all: Required<JobRequest> = {
    vision: 'a counter',
    backend: 'offline',
    agents: { reviewer: 'offline' },
    model: 'm',
    models: { reviewer: 'n' },
    checks: ['test -e README.md'],
    setup: ['ls'],
    source: server.dataDir,
    mode: 'team',
    approve_plan: true,
    permissions: 'deny',
    budget: { tokens: 1000 },
    parallelism: 2,
    priority: 'high',
  }
  expect(Object.keys(all).toSorted()).toEqual(Object.keys(NewJob.shape).toSorted())
  const { source: _, ...job } = all
  const document = { name: 'note.txt', content: new Blob(['one']) }
  const { vision: _vision, backend, mode, ...options } = job
  for (const body of [job, jobForm(job, [document])])
    expect(await ask('POST', '/api/jobs', body)).toMatchObject({
      status: 201,
      body: { backend, mode, options },
    })
})

it.each([
  ['GET', '/api/stats'],
  ['GET', '/api/settings'],
  ['GET', '/api/backends'],
  ['GET', '/api/workers'],
  ['GET', '/api/jobs'],
  ['GET', '/api/jobs/ID'],
  ['GET', '/api/jobs/ID/tasks'],
  ['GET', '/api/jobs/ID/events'],
  ['GET', '/api/jobs/ID/events/stream'],
  ['GET', '/api/events/stream'],
  ['GET', '/api/jobs/ID/files'],
  ['GET', '/api/jobs/ID/files/README.md'],
  ['GET', '/api/jobs/ID/download'],
  ['POST', '/api/jobs'],
  ['POST', '/api/jobs/ID/cancel'],
  ['PUT', '/api/settings'],
])('%s %s reports an unknown field of the query', async (method, path) => {
  const answer = await ask(method, `${path.replace('ID', done)}?colour=red`)
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  expect(answer.body.error).toContain('"colour"')
})

it.each(['-x', 'a..b', '@{', 'main@{1}', 'a\nb', 'a b', 'a'.repeat(300), ''])(
  'the odd ref %j is refused at the API',
  async (ref) => {
    for (const query of [`files?ref=`, `files/README.md?ref=`, `commits?ref=`, `diff?from=`, `diff?to=`])
      expect(await ask('GET', `/api/jobs/${done}/${query}${encodeURIComponent(ref)}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      })
  },
)
