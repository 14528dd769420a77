import { CollectView, StorageView } from '../../contract/storage.ts'
import { archiveJob } from '../../engine/people/archive-job.ts'
import { accepted, ok } from '../answers.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { jobAfter } from '../job-after.ts'
import { JobId } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'

const archive = { path: '/api/jobs/{id}/archive', params: { id: JobId }, answers: accepted } as const

/** Endpoints of what grows old: the room on the disk, retention, and the archive. */
export function storageEndpoints(server: ServerParts): Endpoint[] {
  const { engine, retentionLoop } = server
  return [
    endpoint({
      method: 'get',
      path: '/api/storage',
      summary: 'The disk space of each job, the next removals and the latest ones',
      answers: { 200: ok(StorageView, 'The room on the disk.') },
      handle: () => retentionLoop.view(),
    }),
    endpoint({
      method: 'post',
      path: '/api/storage/collect',
      summary: 'Apply the retention of the settings now',
      answers: { 200: ok(CollectView, 'What was removed.') },
      handle: async () => ({ removed: await retentionLoop.collect() }),
    }),
    endpoint({
      ...archive,
      method: 'post',
      summary: 'Take a job that has ended out of the lists',
      handle: ({ params: { id } }) => jobAfter(server, id, archiveJob(engine, id, true)),
    }),
    endpoint({
      ...archive,
      method: 'delete',
      summary: 'Put an archived job back into the lists',
      handle: ({ params: { id } }) => jobAfter(server, id, archiveJob(engine, id, false)),
    }),
  ]
}
