import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describedRoutes, spoilEachText, type DescribedRoute } from '../helpers/described-routes.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'

let server: TestServer
let jobId: string

beforeAll(async () => {
  server = await startTestServer()
  jobId = (await server.client.createJob({ vision: 'a counter', mode: 'solo' })).job_id
})
afterAll(() => server.stop())

interface Answer {
  readonly status: number
  readonly body: {
    readonly error?: string
    readonly code?: string
    readonly issues?: readonly { path: string; message: string }[]
  }
}

async function ask(
  method: string,
  path: string,
  body?: string | FormData | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<Answer> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${server.token}`, ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] }
}

const create = (fields: unknown): Promise<Answer> => ask('POST', '/api/jobs', JSON.stringify(fields))

describe('a vision', () => {
  it.each([
    ['empty', ''],
    ['of spaces', '  \n '],
    ['of control characters', 'a\u0000b'],
    ['with an escape', '\u001b[2J'],
    ['that is a number', 7],
    ['that is null', null],
    ['that is a list', ['a']],
    ['with half a character', 'a\ud800'],
  ])('%s is refused with a sentence that names it', async (_, vision) => {
    const { status, body } = await create({ vision })
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' })
    expect(body.error).toContain('vision')
  })

  it('of 10,000 emoji is accepted', async () => {
    expect((await create({ vision: '🚢'.repeat(10_000), mode: 'solo' })).status).toBe(201)
  })

  it('of a megabyte is refused with 413', async () => {
    const { status, body } = await create({ vision: 'x'.repeat(1_000_001) })
    expect({ status, code: body.code }).toEqual({ status: 413, code: 'too_large' })
  })
})

describe('a body', () => {
  it('with an unknown field is refused with its name', async () => {
    const { status, body } = await create({ vision: 'a', colour: 'red' })
    expect(status).toBe(400)
    expect(body.error).toContain('colour')
  })

  it.each([
    ['mode', 'alone'],
    ['parallelism', 0],
    ['parallelism', '2'],
    ['checks', 'npm test'],
    ['budget', { tokens: -1 }],
    ['agents', { janitor: 'offline' }],
  ])('with a wrong %s is refused with its name', async (field, value) => {
    const { status, body } = await create({ vision: 'a', [field]: value })
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toContain(field === 'agents' ? 'janitor' : field)
  })

  it.each([
    ['that is not JSON', '{', 400, 'bad_json'],
    ['that is not UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 400, 'bad_encoding'],
    ['that is a list', '[]', 400, 'invalid_request'],
  ])('%s is refused', async (_, body, status, code) => {
    const answer = await ask('POST', '/api/jobs', body)
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code })
  })

  it('of another type is refused with 415', async () => {
    expect((await ask('POST', '/api/jobs', 'vision=a', { 'content-type': 'text/plain' })).status).toBe(415)
  })
})

describe('documents', () => {
  const form = (count: number, size: number): FormData => {
    const data = new FormData()
    data.set('vision', 'a counter')
    data.set('mode', 'solo')
    for (let n = 0; n < count; n += 1)
      data.append('documents', new File([new Uint8Array(size)], `note ${n}.txt`, { type: 'text/plain' }))
    return data
  }

  it('are sent with the job and listed', async () => {
    const { status, body } = await ask('POST', '/api/jobs', form(2, 10), {})
    expect(status).toBe(201)
    expect(body).toMatchObject({
      documents: [
        { name: 'note 0.txt', size: 10 },
        { name: 'note 1.txt', size: 10 },
      ],
    })
  })

  it('that are too many or too large are refused with an explanation', async () => {
    expect(await ask('POST', '/api/jobs', form(21, 1), {})).toMatchObject({
      status: 400,
      body: { code: 'too_many_documents' },
    })
    expect(await ask('POST', '/api/jobs', form(1, 10_000_001), {})).toMatchObject({
      status: 413,
      body: { code: 'document_too_large' },
    })
  })
})

it.each([
  '',
  '/progress',
  '/agents',
  '/tasks',
  '/events',
  '/files',
  '/checks',
  '/attempts',
  '/budget',
  '/documents',
  '/diff',
  '/commits',
  '/download',
])('an unknown job answers 404 at %j', async (path) => {
  for (const id of ['01a20c4b-0000-7000-8000-000000000000', 'no-uuid', '..%2f..%2fetc']) {
    const { status, body } = await ask('GET', `/api/jobs/${id}${path}`)
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'not_found' })
  }
})

it.each(['..%2f..%2fetc%2fpasswd', '%2fetc%2fpasswd', '.git%2fconfig', 'a%00b', '%ff', '..%5c..%5cx'])(
  'the path %j does not leave the repository',
  async (path) => {
    const { status, body } = await ask('GET', `/api/jobs/${jobId}/files/${path}`)
    expect([400, 404]).toContain(status)
    expect(body.error).not.toBe('')
  },
)

it.each(['page=0', 'page_size=101', 'status=done', 'sort_by=vision', 'colour=red'])(
  'the query %j is refused',
  async (query) => {
    expect((await ask('GET', `/api/jobs?${query}`)).status).toBe(400)
  },
)

describe('access control', () => {
  it.each([
    '/api/jobs',
    '/api/backends',
    '/api/stats',
    '/api/settings',
    '/api/openapi.json',
    '/api/nothing',
    '/api/events/stream',
  ])('%s answers 401 without the token, or with a wrong one', async (path) => {
    for (const headers of [
      {},
      { authorization: 'Bearer ' },
      { authorization: 'Bearer 00' },
      { authorization: server.token },
    ]) {
      const response = await fetch(`${server.url}${path}`, { headers })
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ code: 'unauthorised' })
    }
  })

  it('refuses pages of other sites', async () => {
    for (const headers of [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      expect((await ask('GET', '/api/jobs', undefined, headers as Record<string, string>)).status).toBe(403)
    }
  })

  it.each([
    'GET / HTTP/1.1\r\nHost: a b\r\n\r\n',
    'GET // HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    'GET //[]/g HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET / HTTP/1.0\r\n\r\n',
    'NONSENSE\r\n\r\n',
    'GET http://evil.example/health HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: 127.0.0.1:abc\r\n\r\n',
    'GET http://evil.example/health HTTP/1.1\r\nHost: {host}\r\n\r\n',
    'GET http://evil.example:7420/ HTTP/1.1\r\nHost: {host}\r\n\r\n',
    'GET //evil.example/api/jobs HTTP/1.1\r\nHost: {host}\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n',
  ])('is applied to the request target %j', async (request) => {
    const answer = await rawAnswer(request.replace('{host}', new URL(server.url).host))
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/)
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
  })

  it("accepts a target in absolute form with the server's name, as a proxy sends it", async () => {
    const { host } = new URL(server.url)
    const answer = await rawAnswer(`GET http://${host}/health/live HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 200/)
  })

  it.each(['/assets/', '/', '/api/', '/git/'])(
    'handles a name of 5,000 characters below %s without an error',
    async (path) => {
      for (const name of ['x'.repeat(5000), `${'x/'.repeat(2500)}x`, `${'x'.repeat(5000)}.js`]) {
        const { status } = await fetch(`${server.url}${path}${name}`)
        expect(Math.floor(status / 100)).toBe(4)
      }
    },
  )
})

function rawAnswer(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.end(request))
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer')))
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

describe('on every route', () => {
  const nobody = '01a20c4b-0000-7000-8000-000000000000'
  const bad = ['\u0000', '\ud800', '\udfff and more']
  let routes: DescribedRoute[]

  beforeAll(async () => {
    routes = await describedRoutes(server)
    expect(routes.length).toBeGreaterThan(50)
  })

  /** The address of a route, its parameters filled in. */
  const addressOf = ({ path }: DescribedRoute, other: Record<string, string> = {}): string =>
    path.replaceAll(/\{(\w+)\}/g, (_, name: string) => other[name] ?? (name === 'id' ? jobId : nobody))

  it('NUL and unpaired surrogates are refused in each text of a body, by name', async () => {
    const faults: string[] = []
    const spoilt = routes.flatMap((route) =>
      bad.flatMap((text) => spoilEachText(route.body, text).map((one) => ({ route, ...one }))),
    )
    for (const { route, at, body } of spoilt) {
      const answer = await ask(route.method, addressOf(route, { name: 'a' }), JSON.stringify(body))
      const named = at.split(/[.[\s]/)[1] ?? ''
      const isNamed = JSON.stringify(answer.body.issues ?? []).includes(named)
      if (answer.status !== 400 || answer.body.code !== 'invalid_request' || !isNamed)
        faults.push(`${route.method} ${route.path} ${at} ${JSON.stringify(answer)}`)
    }
    expect(faults).toEqual([])
    expect(spoilt.length).toBeGreaterThan(100)
  })

  it.each(['a%00b', '%00', '%ed%a0%80'])('%s is refused in each field of a query', async (text) => {
    const faults: string[] = []
    const addresses = routes
      .filter((route) => route.method === 'GET')
      .flatMap((route) => route.query.map((field) => `${addressOf(route)}?${field}=${text}`))
    for (const address of addresses) {
      const answer = await ask('GET', address)
      // Bytes that are not UTF-8 are still a valid search text, without results.
      const isRight = answer.status === 400 || (text === '%ed%a0%80' && answer.status === 200)
      if (!isRight) faults.push(`${address} ${JSON.stringify(answer)}`)
    }
    expect(faults).toEqual([])
    expect(addresses.length).toBeGreaterThan(10)
  })

  it.each([
    ['NUL and more', 'a%00b'],
    ['NUL', '%00'],
    ['half a character', '%ed%a0%80'],
    ['no UTF-8', '%ff'],
    ['5,000 characters', 'x'.repeat(5000)],
    ['2,000 escapes', '%25'.repeat(2000)],
  ])('a part of the path that is %s is not found', async (_, text) => {
    const faults: string[] = []
    for (const route of routes) {
      for (const [, name = ''] of route.path.matchAll(/\{(\w+)\}/g)) {
        const answer = await ask(
          route.method,
          addressOf(route, { [name]: text }),
          route.method === 'GET' ? undefined : '{}',
        )
        if (answer.status < 400 || answer.status >= 500 || (answer.body.error ?? '') === '')
          faults.push(`${route.method} ${route.path} ${name} ${JSON.stringify(answer)}`)
      }
    }
    expect(faults).toEqual([])
  })

  it('a document whose name contains NUL is refused', async () => {
    const form = new FormData()
    form.set('vision', 'a counter')
    form.append('documents', new File(['x'], 'a\u0000b.txt', { type: 'text/plain' }))
    expect(await ask('POST', '/api/jobs', form, {})).toMatchObject({ status: 400 })
  })
})

it('an Idempotency-Key makes one job of two requests, and refuses a different one', async () => {
  const headers = { 'content-type': 'application/json', 'idempotency-key': `key-${Date.now()}` }
  const body = JSON.stringify({ vision: 'a counter', mode: 'solo' })
  const [one, two] = await Promise.all([
    ask('POST', '/api/jobs', body, headers),
    ask('POST', '/api/jobs', body, headers),
  ])
  expect(one.body).toMatchObject({ job_id: (two.body as { job_id?: string }).job_id })
  expect(await ask('POST', '/api/jobs', JSON.stringify({ vision: 'other' }), headers)).toMatchObject({
    status: 409,
    body: { code: 'idempotency_key_reused' },
  })
})

it('the statistics of the server are returned', async () => {
  const { status, body } = await ask('GET', '/api/stats')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    usage: { input_tokens: 0, output_tokens: 0, cost_usd: null },
    slots: { total: 4 },
  })
})

it('every route is in the OpenAPI document', async () => {
  const { body } = await ask('GET', '/api/openapi.json')
  const { paths } = body as { paths: Record<string, unknown> }
  expect(Object.keys(paths).length).toBeGreaterThan(20)
  expect(paths).toHaveProperty(['/api/jobs/{id}/events/stream'])
})

it('a second server on the data directory ends within 2 s and names the first', async () => {
  const begun = Date.now()
  await expect(startTestServer({ dataDir: server.dataDir })).rejects.toThrow(String(server.pid))
  expect(Date.now() - begun).toBeLessThan(4000)
})

it('a port in use and a data directory that cannot be created are explained', async () => {
  const port = new URL(server.url).port
  await expect(startTestServer({ dataDir: makeDataDir(), args: ['--port', port] })).rejects.toThrow(
    `Port ${port} is in use`,
  )
  await expect(startTestServer({ dataDir: '/proc/nowhere', env: { HOME: '/nonexistent' } })).rejects.toThrow(
    '--data-dir',
  )
})

it('a missing git is reported at the start, before any job is accepted', async () => {
  await expect(startTestServer({ without: 'git' })).rejects.toThrow(/ended with 1[^]*install it/)
})
