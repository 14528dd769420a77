import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { eventStream } from './sse.ts'

it('a HEAD gets the headers of a stream and starts none', async () => {
  let begun = 0
  const app = new Hono().get('/stream', (c) =>
    eventStream(c, 1000, async function* () {
      begun += 1
      yield [{ id: 1, data: 'one' }]
    }),
  )
  const head = await app.request('/stream', { method: 'HEAD' })
  expect(head.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(begun).toBe(0)
  expect(await (await app.request('/stream')).text()).toContain('id: 1\ndata: "one"')
  expect(begun).toBe(1)
})

it('a stream ends soon after its session', async () => {
  let isAdmitted = true
  const app = new Hono().get('/stream', (c) => {
    c.set('isStillAdmitted', async () => isAdmitted)
    return eventStream(
      c,
      1000,
      async function* (signal) {
        yield [{ id: 1, data: 'one' }]
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        )
      },
      { heartbeatMs: 5 },
    )
  })
  const reader = (await app.request('/stream')).body?.getReader()
  if (reader === undefined) throw new Error('the stream has no body')
  const decoder = new TextDecoder()
  let seen = ''
  while (!seen.includes(': alive')) seen += decoder.decode((await reader.read()).value)
  isAdmitted = false
  while (!(await reader.read()).done) expect(seen).toContain('id: 1')
})

/** A stream of 200 messages of 1 kB with a buffer of 1 kB, and how many of them have been asked for. */
function openMany(stalledMs: number): {
  read: () => Promise<Response>
  asked: () => number
  ended: Promise<void>
} {
  const end = Promise.withResolvers<void>()
  let asked = 0
  const app = new Hono().get('/stream', (c) =>
    eventStream(
      c,
      1000,
      async function* () {
        try {
          for (let id = 1; id <= 200; id += 1) {
            asked += 1
            yield [{ id, data: 'x'.repeat(1000) }]
          }
        } finally {
          end.resolve()
        }
      },
      { heartbeatMs: 5, stalledMs },
    ),
  )
  return { read: async () => app.request('/stream'), asked: () => asked, ended: end.promise }
}

it('a slow reader gets everything at its own pace, and nothing is read ahead', async () => {
  const many = openMany(60_000)
  const reader = (await many.read()).body?.getReader()
  if (reader === undefined) throw new Error('the stream has no body')
  const decoder = new TextDecoder()
  const seen: number[] = []
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    await new Promise((resolve) => setImmediate(resolve))
    for (const [, id] of decoder.decode(value).matchAll(/^id: (\d+)$/gm)) seen.push(Number(id))
    expect(many.asked() - seen.length).toBeLessThanOrEqual(3)
  }
  expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
})

it('a client that stops reading is disconnected, and its source is closed', async () => {
  const many = openMany(20)
  const response = await many.read()
  await many.ended
  expect(many.asked()).toBeLessThan(10)
  await expect(response.text()).rejects.toThrow('the client has read nothing for')
})
