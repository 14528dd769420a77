import type { JobFilter } from '../../src/client/open-client.ts'

/** The parts of a job in the cache, each under its own key. Events name the parts that they invalidate. */
export type JobPart =
  | 'job'
  | 'tasks'
  | 'agents'
  | 'attempts'
  | 'attempt'
  | 'checks'
  | 'files'
  | 'file'
  | 'commits'
  | 'diff'
  | 'plan'
  | 'documents'
  | 'permissions'
  | 'questions'
  | 'budget'
  | 'events'

/** The keys of the query cache. A shorter key is a prefix of the longer ones, so invalidating it covers them. */
export const keys = {
  jobs: ['jobs'],
  jobList: (query: JobFilter) => ['jobs', query],
  job: (id: string) => ['job', id],
  part: (id: string, part: JobPart, ...rest: readonly (string | number | undefined)[]) => [
    'job',
    id,
    part,
    ...rest,
  ],
  backends: ['backends'],
  providers: ['providers'],
  settings: ['settings'],
  sessions: ['sessions'],
  stats: ['stats'],
  workers: ['workers'],
  health: ['health'],
  canary: ['canary'],
  backup: ['backup'],
  storage: ['storage'],
} as const
