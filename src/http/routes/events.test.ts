import { afterAll, beforeAll, expect, it } from 'vitest'
import { storeJob } from '../../../test/helpers/stored-job.ts'
import { openTestApp, type TestApp } from '../../../test/helpers/test-app.ts'

let opened: TestApp
let id: string

beforeAll(async () => {
  opened = await openTestApp()
  id = await storeJob(opened.server.engine.db)
  for (const priority of ['high', 'low']) await opened.ask('POST', `/api/jobs/${id}/priority`, { priority })
})
afterAll(() => opened.close())

async function page(query: string): Promise<[number, unknown]> {
  const response = await opened.ask('GET', `/api/jobs/${id}/events${query}`)
  const { events, ...error } = (await response.json()) as { events?: { seq: number }[] }
  return [response.status, events?.map(({ seq }) => seq) ?? error]
}

/** Reads a stream until it has sent `last`, and hangs up. Returns the ids of its messages. */
async function idsOf(address: string, headers: Record<string, string>, last: number): Promise<number[]> {
  const response = await opened.ask('GET', address, undefined, headers)
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes(`id: ${last}\n`)) text += (await reader?.read())?.value ?? ''
  await reader?.cancel()
  return Array.from(text.matchAll(/^id: (\d+)$/gm), ([, seq]) => Number(seq))
}

it('events are paged', async () => {
  expect(await page('')).toEqual([200, [1, 2, 3]])
  expect(await page('?after=1&limit=1')).toEqual([200, [2]])
  expect(await page('?before=3&limit=1')).toEqual([200, [2]])
  expect(await page('?limit=0')).toMatchObject([400, { issues: [{ path: 'limit' }] }])
  expect(await page('?from=1')).toMatchObject([400, { error: 'unknown field "from"' }])
})

it("events are streamed from the client's last position", async () => {
  const stream = `/api/jobs/${id}/events/stream`
  expect(await idsOf(stream, {}, 3)).toEqual([1, 2, 3])
  expect(await idsOf(`${stream}?after=1`, {}, 3)).toEqual([2, 3])
  expect(await idsOf(`${stream}?after=1`, { 'last-event-id': '2' }, 3)).toEqual([3])
})

it('a client that accepts a stream gets it instead of the page', async () => {
  const accept = { accept: 'text/event-stream' }
  expect(await idsOf(`/api/jobs/${id}/events?after=2`, accept, 3)).toEqual([3])
  const response = await opened.ask('GET', `/api/jobs/${id}/events?limit=1`, undefined, accept)
  expect([response.status, await response.json()]).toMatchObject([400, { error: 'unknown field "limit"' }])
})

it.each(['x', '-1', '1.5', '9999999999', ''])('the last event id %j is refused', async (last) => {
  const headers = { 'last-event-id': last }
  const response = await opened.ask('GET', `/api/jobs/${id}/events/stream`, undefined, headers)
  expect([response.status, await response.json()]).toMatchObject([400, { code: 'bad_last_event_id' }])
})

it('summaries of changing jobs are streamed', async () => {
  const response = await opened.ask('GET', '/api/events/stream')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = (await reader?.read())?.value ?? ''
  await opened.ask('POST', `/api/jobs/${id}/priority`, { priority: 'normal' })
  while (!text.includes('data: ')) text += (await reader?.read())?.value ?? ''
  await reader?.cancel()
  expect(text).toContain(`"id":"${id}"`)
})
