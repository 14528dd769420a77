import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ApiError } from './api-error.ts'
import type { FollowOptions } from './event-stream.ts'
import { openClient } from './open-client.ts'

const jobId = '01930000-0000-7000-8000-000000000001'
const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** Answers the connections in turn with the scripts given; the last one is used for all later connections. */
async function serve(...scripts: ((response: http.ServerResponse, cursor: string) => void)[]) {
  const cursors: string[] = []
  const server = http.createServer((request, response) => {
    const cursor = String(request.headers['last-event-id'])
    cursors.push(cursor)
    scripts[Math.min(cursors.length, scripts.length) - 1]?.(response, cursor)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { client: openClient({ url: `http://127.0.0.1:${port}/`, token: 'secret' }), cursors }
}

function event(seq: number): string {
  const view = {
    seq,
    at: '2030-01-01T00:00:00.000Z',
    type: 'job.noted',
    actor: 'server',
    task_id: null,
    attempt_id: null,
  }
  return `id: ${seq}\ndata: ${JSON.stringify({ ...view, message: `événement ${seq} 🚢`, data: {} })}\n\n`
}

function open(response: http.ServerResponse): http.ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' })
}

async function take(source: AsyncIterable<{ seq: number }>, count: number): Promise<number[]> {
  const seen: number[] = []
  for await (const item of source) if (seen.push(item.seq) === count) break
  return seen
}

const quick: FollowOptions = { pauseMs: 1 }

test('a stream that breaks in the middle of an event continues without gaps or duplicates', async () => {
  const { client, cursors } = await serve(
    (response) => {
      open(response).write(event(1) + event(2) + event(3).slice(0, 40), () => response.destroy())
    },
    (response) => {
      open(response).end(`: hello\n\n${event(2)}${event(3)}`)
    },
    (response) => void open(response).write(event(4)),
  )
  expect(await take(client.follow(jobId, 0, quick), 4)).toEqual([1, 2, 3, 4])
  expect(cursors).toEqual(['0', '2', '3'])
})

test('events arrive complete when the bytes are split anywhere, even within characters', async () => {
  const bytes = Buffer.from(event(1) + event(2))
  const { client } = await serve((response) => {
    open(response)
    const next = (at: number): void => {
      if (at < bytes.length) response.write(bytes.subarray(at, at + 7), () => setImmediate(next, at + 7))
    }
    next(0)
  })
  const messages: string[] = []
  for await (const item of client.follow(jobId, 0, quick)) if (messages.push(item.message) === 2) break
  expect(messages).toEqual(['événement 1 🚢', 'événement 2 🚢'])
})

test('a gap is not passed on: the stream is reopened from the last good event', async () => {
  const { client, cursors } = await serve(
    (response) => void open(response).write(event(1) + event(3)),
    (response) => void open(response).write(event(2) + event(3)),
  )
  expect(await take(client.follow(jobId, 0, quick), 3)).toEqual([1, 2, 3])
  expect(cursors).toEqual(['0', '1'])
})

test('a permanent gap is an error, not an endless loop', async () => {
  const { client, cursors } = await serve((response) => void open(response).write(event(2)))
  await expect(take(client.follow(jobId, 0, quick), 1)).rejects.toMatchObject({ code: 'bad_answer' })
  expect(cursors.length).toBe(5)
})

test('a request that failed in the server is repeated', async () => {
  const { client } = await serve(
    (response) => void response.writeHead(503).end('{"error":"starting","code":"not_ready"}'),
    (response) => void open(response).write(event(8)),
  )
  expect(await take(client.follow(jobId, 7, quick), 1)).toEqual([8])
})

test('a refusal is an error with the sentence of the server', async () => {
  const { client } = await serve(
    (response) => void response.writeHead(404).end('{"error":"there is no such job","code":"not_found"}'),
  )
  const refused = new ApiError(404, 'not_found', 'there is no such job')
  await expect(take(client.follow(jobId, 0, quick), 1)).rejects.toEqual(refused)
})

test('a silent stream is considered dead and reopened', async () => {
  const { client, cursors } = await serve(
    (response) => void open(response).write(event(1)),
    (response) => void open(response).write(event(2)),
  )
  expect(await take(client.follow(jobId, 0, { ...quick, silenceMs: 500 }), 2)).toEqual([1, 2])
  expect(cursors).toEqual(['0', '1'])
})

test('a server that stays away ends the sequence with an error', async () => {
  const { client } = await serve((response) => void response.destroy())
  const following = take(client.follow(jobId, 0, { ...quick, giveUpMs: 20 }), 1)
  await expect(following).rejects.toMatchObject({ status: 0, code: 'unreachable' })
})

test('an abort ends the sequence without an error, even during a pause', async () => {
  const stop = new AbortController()
  const { client } = await serve(
    (response) => void open(response).write(event(1)),
    (response) => void response.destroy(),
  )
  const seen: number[] = []
  for await (const item of client.follow(jobId, 0, { pauseMs: 60_000, signal: stop.signal })) {
    seen.push(item.seq)
    setImmediate(() => stop.abort())
  }
  expect(seen).toEqual([1])
})

test('summaries continue after a lost connection, and the caller is told of its loss and return', async () => {
  const summary = (progress: number): string =>
    `data: ${JSON.stringify({
      id: jobId,
      title: 'a todo list',
      backend: 'offline',
      mode: 'team',
      demo: true,
      status: 'running',
      current_phase: 'building',
      progress,
      wait: null,
      proof: null,
      created_at: '2030-01-01T00:00:00.000Z',
      started_at: null,
      completed_at: null,
      error: null,
      usage: { input_tokens: 0, cached_tokens: 0, output_tokens: 0, cost_usd: null, unpriced_tokens: 0 },
      team: [],
      tasks: { total: 0, done: 0 },
    })}\n\n`
  const { client } = await serve(
    (response) => void open(response).end(summary(10)),
    (response) => void response.writeHead(503).end('{"error":"starting","code":"not_ready"}'),
    (response) => void open(response).write(summary(20)),
  )
  const heard: (string | number)[] = []
  const options = { ...quick, onConnection: (state: string) => heard.push(state) }
  for await (const { progress } of client.followSummaries(options)) if (heard.push(progress) === 6) break
  expect(heard).toEqual(['open', 10, 'lost', 'lost', 'open', 20])
})
