import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { FilePath, JobFilter } from '../../src/client/open-client.ts'
import { client } from './client.ts'
import { keys } from './keys.ts'

const healthMs = 10_000
/** The server measures unfinished jobs each time. */
const storageMs = 30_000
/** The polling interval in ms while a canary or a backup is under way. */
const underwayMs = 1_000

/**
 * The server's data as query options: `useQuery(queries.job(id))`. Inside a job's pages, live events refresh them; only the
 * queries about the server itself poll.
 */
export const queries = {
  jobs: (query: JobFilter = {}) =>
    queryOptions({
      queryKey: keys.jobList(query),
      queryFn: () => client.listJobs(query),
      placeholderData: keepPreviousData,
    }),
  job: (id: string) => queryOptions({ queryKey: keys.part(id, 'job'), queryFn: () => client.getJob(id) }),
  tasks: (id: string) => queryOptions({ queryKey: keys.part(id, 'tasks'), queryFn: () => client.tasks(id) }),
  agents: (id: string) =>
    queryOptions({ queryKey: keys.part(id, 'agents'), queryFn: () => client.agents(id) }),
  attempts: (id: string) =>
    queryOptions({ queryKey: keys.part(id, 'attempts'), queryFn: () => client.attempts(id) }),
  /** One attempt with its transcript. */
  attempt: (id: string, attemptId: string) =>
    queryOptions({
      queryKey: keys.part(id, 'attempt', attemptId),
      queryFn: () => client.attempt(id, attemptId),
    }),
  checks: (id: string) =>
    queryOptions({ queryKey: keys.part(id, 'checks'), queryFn: () => client.checks(id) }),
  documents: (id: string) =>
    queryOptions({ queryKey: keys.part(id, 'documents'), queryFn: () => client.documents(id) }),
  files: (id: string, ref?: string) =>
    queryOptions({ queryKey: keys.part(id, 'files', ref), queryFn: () => client.files(id, ref) }),
  file: (id: string, path: FilePath, ref?: string) =>
    queryOptions({
      queryKey: keys.part(id, 'file', typeof path === 'string' ? path : path.encoded, ref),
      queryFn: () => client.file(id, path, ref),
    }),
  commits: (id: string, ref?: string) =>
    queryOptions({ queryKey: keys.part(id, 'commits', ref), queryFn: () => client.commits(id, ref) }),
  diff: (id: string, range: { from?: string; to?: string } = {}) =>
    queryOptions({
      queryKey: keys.part(id, 'diff', range.from, range.to),
      queryFn: () => client.diff(id, range),
    }),
  permissions: (id: string) =>
    queryOptions({ queryKey: keys.part(id, 'permissions'), queryFn: () => client.permissions(id) }),
  questions: (id: string) =>
    queryOptions({ queryKey: keys.part(id, 'questions'), queryFn: () => client.questions(id) }),
  plan: (id: string) => queryOptions({ queryKey: keys.part(id, 'plan'), queryFn: () => client.plan(id) }),
  budget: (id: string) =>
    queryOptions({ queryKey: keys.part(id, 'budget'), queryFn: () => client.budget(id) }),
  providers: () => queryOptions({ queryKey: keys.providers, queryFn: () => client.providers() }),
  backends: () =>
    queryOptions({ queryKey: keys.backends, queryFn: () => client.backends(), staleTime: 30_000 }),
  settings: () => queryOptions({ queryKey: keys.settings, queryFn: () => client.settings() }),
  sessions: () => queryOptions({ queryKey: keys.sessions, queryFn: () => client.sessions() }),
  stats: () =>
    queryOptions({ queryKey: keys.stats, queryFn: () => client.stats(), refetchInterval: healthMs }),
  workers: () =>
    queryOptions({ queryKey: keys.workers, queryFn: () => client.workers(), refetchInterval: healthMs }),
  health: () =>
    queryOptions({
      queryKey: keys.health,
      queryFn: () => client.health(),
      refetchInterval: healthMs,
      retry: false,
    }),
  backup: () =>
    queryOptions({
      queryKey: keys.backup,
      queryFn: () => client.backup(),
      refetchInterval: ({ state }) => (state.data?.status === 'running' ? underwayMs : healthMs),
    }),
  storage: () =>
    queryOptions({
      queryKey: keys.storage,
      queryFn: () => client.storage(),
      refetchInterval: storageMs,
    }),
  canary: () =>
    queryOptions({
      queryKey: keys.canary,
      queryFn: () => client.canary(),
      refetchInterval: ({ state }) => (state.data?.status === 'running' ? underwayMs : healthMs),
    }),
}
