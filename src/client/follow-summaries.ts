/**
 * A stream of summaries of all jobs as they change, for lists. There is no cursor and nothing is replayed, so a list has to
 * be fetched again whenever `onConnection` reports `open`.
 */
import { JobSummary } from '../contract/job.ts'
import {
  followStream,
  parseMessage,
  readStream,
  type FollowOptions,
  type StreamItem,
} from './event-stream.ts'
import type { Endpoint } from './request.ts'

/** Yields the summaries of changed jobs until the signal aborts. Throws `ApiError`. */
export function followSummaries(
  endpoint: Endpoint,
  options: FollowOptions = {},
): AsyncGenerator<JobSummary, void, undefined> {
  return followStream(() => readOn(endpoint, options), options)
}

async function* readOn(
  endpoint: Endpoint,
  options: FollowOptions,
): AsyncGenerator<StreamItem<JobSummary>, void, undefined> {
  for await (const item of readStream(endpoint, '/api/events/stream', {}, options))
    yield item === 'alive' ? item : parseMessage(item, JobSummary)
}
