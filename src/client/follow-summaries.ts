/**
 * What changes in any job, as it changes: summaries for lists. There is no cursor and nothing is replayed, so whoever
 * shows a list reads it again whenever `onConnection` says `open`.
 */
import { JobSummary } from '../contract/job.ts'
import { followStream, parseMessage, readStream, type FollowOptions, type Heard } from './event-stream.ts'
import type { Endpoint } from './request.ts'

/** Yields the summaries of jobs that changed until the signal is aborted. Throws `ApiError`. */
export function followSummaries(
  endpoint: Endpoint,
  options: FollowOptions = {},
): AsyncGenerator<JobSummary, void, undefined> {
  return followStream(() => readOn(endpoint, options), options)
}

async function* readOn(
  endpoint: Endpoint,
  options: FollowOptions,
): AsyncGenerator<Heard<JobSummary>, void, undefined> {
  for await (const heard of readStream(endpoint, '/api/events/stream', {}, options))
    yield heard === 'alive' ? heard : parseMessage(heard, JobSummary)
}
