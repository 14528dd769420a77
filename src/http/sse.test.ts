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
