import { z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { EventList, EventQuery } from '../../contract/event.ts'
import { AppError } from '../../lib/app-error.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, idParams, ok } from '../describe.ts'
import { AfterQuery, idOf, queryOf } from '../params.ts'
import { eventStream } from '../sse.ts'

/** Routes of a job's events, as a list or a stream, and the stream of job summaries. */
export function eventRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  const stream = {
    description: 'A stream of server-sent events; `id` is `seq`.',
    content: { 'text/event-stream': { schema: z.string() } },
  }
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/jobs/{id}/events',
    summary: 'A page of the events of a job',
    request: { params: idParams, query: EventQuery.partial() },
    responses: { 200: ok(EventList, 'At most `limit` events.'), ...errors },
  })
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/jobs/{id}/events/stream',
    summary: 'The events of a job as they happen',
    request: { params: idParams, query: AfterQuery.partial() },
    responses: { 200: stream, ...errors },
  })
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/events/stream',
    summary: 'Summaries of jobs as they change',
    responses: { 200: stream, ...errors },
  })

  const known = async (c: Context): Promise<string> => {
    const id = idOf(c)
    if ((await deps.jobs.get(id)) === null) throw new AppError('not_found', `There is no job ${id}.`)
    return id
  }
  const follow = async (c: Context): Promise<Response> => {
    const id = await known(c)
    const after = startOf(c)
    return eventStream(c, deps.limits.sseBufferBytes, async function* (signal) {
      for await (const events of deps.events.follow(id, after, signal))
        yield events.map((event) => ({ id: event.seq, data: event }))
    })
  }
  app.get('/api/jobs/:id/events/stream', follow)
  app.get('/api/jobs/:id/events', async (c) => {
    if ((c.req.header('accept') ?? '').includes('text/event-stream')) return follow(c)
    const id = await known(c)
    return c.json({ events: await deps.events.page(id, queryOf(c, EventQuery)) })
  })
  app.get('/api/events/stream', (c) =>
    eventStream(c, deps.limits.sseBufferBytes, async function* (signal) {
      for await (const summaries of deps.events.summaries(signal))
        yield summaries.map((summary) => ({ data: summary }))
    }),
  )
}

/** Returns the `seq` after which a stream starts: the client's last event, which a browser sends in a header. */
function startOf(c: Context): number {
  const { after } = queryOf(c, AfterQuery)
  const header = c.req.header('last-event-id')
  if (header === undefined) return after
  if (!/^\d{1,9}$/.test(header))
    throw new AppError('bad_last_event_id', 'Last-Event-ID is the `id` of an event: a whole number.')
  return Number(header)
}
