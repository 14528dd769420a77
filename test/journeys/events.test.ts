import http from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFixtureJob } from '../helpers/fixture-backend.ts'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** Reads the raw stream after `last` until `count` events have arrived, then drops the connection. */
function readSome(jobId: string, last: number, count: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const seen: number[] = []
    const request = http.get(
      `${server.url}/api/jobs/${jobId}/events/stream`,
      {
        headers: {
          authorization: `Bearer ${server.token}`,
          accept: 'text/event-stream',
          'last-event-id': String(last),
        },
      },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
          const blocks = text.split('\n\n')
          text = blocks.pop() ?? ''
          for (const block of blocks) {
            const id = /^id: ?(\d+)$/m.exec(block)?.[1]
            if (id !== undefined && seen.length < count) seen.push(Number(id))
          }
          if (seen.length >= count) request.destroy()
        })
        response.on('close', () => resolve(seen))
      },
    )
    request.setTimeout(20_000, () => request.destroy())
    request.on('error', (error) => (seen.length > 0 || request.destroyed ? resolve(seen) : reject(error)))
  })
}

it('a client that is disconnected 50 times gets every event exactly once, in order', async () => {
  // As many events as the cuts need, however slow the machine: updates of two calls in turn are never joined into one event.
  const call = (toolCallId: string): object => ({
    update: { sessionUpdate: 'tool_call', toolCallId, title: 'A step', status: 'completed' },
  })
  const job_id = await startFixtureJob(server, 'talker', {
    turn: [{ quietly: [60, [call('a'), { pause: 20 }, call('b'), { pause: 20 }]] }],
  })
  const seen: number[] = []
  for (let cut = 0; cut < 50; cut += 1)
    seen.push(...(await readSome(job_id, seen.at(-1) ?? 0, 1 + (cut % 3))))
  await endOf(server, job_id)
  const events = await server.client.events(job_id, seen.at(-1) ?? 0)
  seen.push(...events.map((event) => event.seq))
  expect(seen.length).toBeGreaterThan(120)
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1))
})
