import { expect, test } from 'vitest'
import { openClient } from './open-client.ts'

const id = '01930000-0000-7000-8000-000000000001'
const usage = { input_tokens: 0, cached_tokens: 0, output_tokens: 0, cost_usd: null, unpriced_tokens: 0 }

interface Sent {
  readonly url: string
  readonly init: RequestInit
}

/** A client whose requests go nowhere: each is kept, and answered by what `answer` gives. */
function stub(answer: () => Response | Promise<Response>) {
  const sent: Sent[] = []
  const client = openClient({
    url: 'http://slipway.test/',
    token: 'secret',
    fetch: async (input, init = {}) => {
      sent.push({ url: input instanceof Request ? input.url : input.toString(), init })
      return answer()
    },
  })
  return { client, sent }
}

test('an answer is parsed by the contract, and the token is sent in the header', async () => {
  const budget = { limit: { tokens: null, usd: 5 }, used: usage, models: [] }
  const { client, sent } = stub(() => Response.json({ ...budget, extra: true }))
  expect(await client.budget(id)).toEqual(budget)
  expect(sent[0]?.url).toBe(`http://slipway.test/api/jobs/${id}/budget`)
  expect(sent[0]?.init.headers).toMatchObject({ authorization: 'Bearer secret' })
})

test('a refusal has a status, code, sentence and issues', async () => {
  const issues = [{ path: 'vision', message: 'the vision is missing' }]
  const { client } = stub(() =>
    Response.json({ error: 'the vision is missing', code: 'bad_request', issues }, { status: 400 }),
  )
  await expect(client.createJob({ vision: '' })).rejects.toMatchObject({
    status: 400,
    code: 'bad_request',
    message: 'the vision is missing',
    issues,
  })
})

test('an error page of another program is not mistaken for an answer', async () => {
  const { client } = stub(() => new Response('<h1>Bad gateway</h1>', { status: 502 }))
  await expect(client.stats()).rejects.toMatchObject({ status: 502, code: 'bad_answer' })
})

test('an answer that does not match the contract is an error', async () => {
  const { client } = stub(() => Response.json({ jobs: 'many' }))
  await expect(client.listJobs()).rejects.toMatchObject({ status: 0, code: 'bad_answer' })
})

test('a failed connection is an error that names the address and the cause', async () => {
  const { client } = stub(() =>
    Promise.reject(
      new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }),
    ),
  )
  await expect(client.health()).rejects.toMatchObject({
    code: 'unreachable',
    message: 'no connection to the server at http://slipway.test (ECONNREFUSED)',
  })
})

test('health is readable even when the server is not ready', async () => {
  const health = {
    status: 'unavailable',
    version: '1',
    checks: { database: { ok: false, detail: 'down' } },
  } as const
  const { client } = stub(() => Response.json(health, { status: 503 }))
  expect(await client.health()).toEqual(health)
})

test('a job with documents is sent as multipart, one without as JSON', async () => {
  const { client, sent } = stub(() => Response.json({}, { status: 500 }))
  const job = { vision: 'a list', checks: ['true'], parallelism: 3 }
  await expect(client.createJob(job)).rejects.toThrow('500')
  await expect(
    client.createJob(job, { documents: [{ name: 'a.md', content: new Blob(['# a']) }] }),
  ).rejects.toThrow('500')
  expect(sent[0]?.init.body).toBe(JSON.stringify(job))
  const form = sent[1]?.init.body
  if (!(form instanceof FormData)) throw new Error('not a form')
  expect([...form.keys()]).toEqual(['vision', 'checks', 'parallelism', 'documents'])
  expect(form.get('checks')).toBe('["true"]')
})

test('a path outside the files of the job is never sent', async () => {
  const { client, sent } = stub(() => Response.json({}))
  for (const path of ['../progress', 'a/../b', './a', '/etc/passwd', 'a//b', '']) {
    await expect(client.file(id, path)).rejects.toMatchObject({ code: 'bad_path' })
  }
  expect(sent).toEqual([])
})

test('file names are encoded segment by segment', async () => {
  const { client, sent } = stub(() => Response.json({}, { status: 404 }))
  await expect(client.file(id, 'docs/a b?#%.md', 'main')).rejects.toThrow('404')
  expect(sent[0]?.url).toBe(`http://slipway.test/api/jobs/${id}/files/docs/a%20b%3F%23%25.md?ref=main`)
})

test('after a connection reset, only requests that read are repeated once', async () => {
  const reset = (): Error =>
    new TypeError('fetch failed', {
      cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
    })
  let resets = 1
  const { client, sent } = stub(() => {
    if (resets-- > 0) throw reset()
    return Response.json({ agents: [] })
  })
  expect(await client.agents(id)).toEqual([])
  expect(sent).toHaveLength(2)
  resets = 2
  await expect(client.agents(id)).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('ECONNRESET'),
  })
  expect(sent).toHaveLength(4)
  resets = 1
  await expect(client.cancel(id)).rejects.toMatchObject({ code: 'unreachable' })
  expect(sent).toHaveLength(5)
})
