import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { eventStream } from './sse.ts'

it('a HEAD is told what a stream is like and begins none', async () => {
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

it('a stream ends soon after the session that it was opened with', async () => {
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
      5,
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
