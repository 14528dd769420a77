import type { Context } from 'hono'
import { EventList, EventQuery } from '../../contract/events/event.ts'
import { existingJob } from '../../engine/existing-job.ts'
import { AppError } from '../../lib/app-error.ts'
import { pageEvents } from '../../store/events.ts'
import { ok, raw } from '../answers.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { AfterQuery, JobId } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'
import { eventStream } from '../sse.ts'

const stream = { 200: raw('text/event-stream', 'A stream of server-sent events; `id` is `seq`.') }

/** Endpoints of a job's events, as a list and as a stream, and the stream of job summaries. */
export function eventEndpoints(server: ServerParts): Endpoint[] {
  const { engine, streams, limits } = server
  const ofJob = jobStream(server)
  return [
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/events',
      summary: 'A page of the events of a job',
      params: { id: JobId },
      query: EventQuery,
      answers: { 200: ok(EventList, 'At most `limit` events.') },
      stream: ofJob,
      async handle({ params: { id }, query }) {
        await existingJob(engine, id)
        return { events: await pageEvents(engine.db.reader, id, query) }
      },
    }),
    ofJob,
    endpoint({
      method: 'get',
      path: '/api/events/stream',
      summary: 'Summaries of jobs as they change',
      answers: stream,
      handle: (_, c) =>
        eventStream(c, limits.sseBufferBytes, async function* (signal) {
          for await (const summaries of streams.summaries(signal))
            yield summaries.map((summary) => ({ data: summary }))
        }),
    }),
  ]
}

function jobStream({ engine, streams, limits }: ServerParts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/api/jobs/{id}/events/stream',
    summary: 'The events of a job as they happen',
    params: { id: JobId },
    query: AfterQuery,
    answers: stream,
    async handle({ params: { id }, query }, c) {
      await existingJob(engine, id)
      const after = lastSeen(c) ?? query.after
      return eventStream(c, limits.sseBufferBytes, async function* (signal) {
        for await (const events of streams.follow(id, after, signal))
          yield events.map((event) => ({ id: event.seq, data: event }))
      })
    },
  })
}

/** Returns the `seq` of the last event that the client has seen, which a browser sends when it connects again; or null. */
function lastSeen(c: Context): number | null {
  const header = c.req.header('last-event-id')
  if (header === undefined) return null
  if (!/^\d{1,9}$/.test(header))
    throw new AppError('bad_last_event_id', 'Last-Event-ID is the `id` of an event: a whole number.')
  return Number(header)
}
