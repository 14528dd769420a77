import { newId } from '../../src/lib/ids.ts'
import {
  insertAttempt,
  updateAttempt,
  type AttemptChange,
  type NewAttempt,
} from '../../src/store/attempts.ts'
import type { Database, JobTrx } from '../../src/store/database.ts'
import { insertJobs, lockJob, updateJob, type JobChange, type NewJobRow } from '../../src/store/jobs.ts'
import {
  insertAgents,
  insertTasks,
  updateTask,
  type NewAgent,
  type NewTaskRow,
  type TaskChange,
} from '../../src/store/team.ts'
import { newJobRow } from './new-job-row.ts'

/** Runs statements on a job as everybody does: in a transaction that holds its lock. */
export function underLock<T>(db: Database, jobId: string, run: (trx: JobTrx) => Promise<T>): Promise<T> {
  return db.tx(async (trx) => {
    const locked = await lockJob(trx, jobId)
    if (locked === null) throw new Error(`no job ${jobId}`)
    return run(locked.trx)
  })
}

/** Stores an accepted job that nothing moves, with these columns changed. Returns its id. */
export async function storeJob(
  db: Database,
  given: Partial<NewJobRow> = {},
  change: JobChange = {},
): Promise<string> {
  const row = newJobRow(given)
  await db.tx((trx) => insertJobs(trx, [row]))
  if (Object.keys(change).length > 0) await underLock(db, row.id, (trx) => updateJob(trx, row.id, change))
  return row.id
}

/** Stores an agent: a developer with the offline demo unless told. Returns its id. */
export async function storeAgent(
  db: Database,
  jobId: string,
  given: Partial<NewAgent> = {},
): Promise<string> {
  const agent = { id: newId(), name: 'Developer', role: 'developer', backend: 'offline', ...given } as const
  await underLock(db, jobId, (trx) => insertAgents(trx, jobId, [agent]))
  return agent.id
}

/** The job, task and agent that something belongs to. */
export interface Place {
  readonly jobId: string
  readonly agentId: string
  readonly taskId: string
}

/** Stores a task of an agent, with these columns changed. Returns its id. */
export async function storeTask(
  db: Database,
  { jobId, agentId }: Omit<Place, 'taskId'>,
  given: Partial<NewTaskRow> = {},
  change: TaskChange = {},
): Promise<string> {
  const task: NewTaskRow = {
    id: newId(),
    key: 'build',
    kind: 'build',
    title: 'Build it',
    description: 'All of it.',
    role: 'developer',
    phase: 'building',
    position: 0,
    dependsOn: [],
    acceptance: [],
    checks: [],
    agentId,
    ...given,
  }
  await underLock(db, jobId, async (trx) => {
    await insertTasks(trx, jobId, [task])
    await updateTask(trx, task.id, change)
  })
  return task.id
}

/** Stores an attempt at a task, with these columns changed. Returns its id. */
export async function storeAttempt(
  db: Database,
  { jobId, taskId, agentId }: Place,
  given: Partial<NewAttempt> = {},
  change: AttemptChange = {},
): Promise<string> {
  const attempt: NewAttempt = {
    id: newId(),
    jobId,
    taskId,
    epoch: 1,
    number: 1,
    kind: 'work',
    subjectId: null,
    agentId,
    backend: 'offline',
    feedback: [],
    ...given,
  }
  await underLock(db, jobId, async (trx) => {
    await insertAttempt(trx, attempt)
    await updateAttempt(trx, attempt.id, change)
  })
  return attempt.id
}

export interface Attempted extends Place {
  readonly attemptId: string
}

/** Stores a running job whose one agent makes a running attempt at its one task. */
export async function storeAttempted(
  db: Database,
  given: Partial<NewJobRow> = {},
  change: JobChange = { status: 'running', phase: 'building' },
): Promise<Attempted> {
  const jobId = await storeJob(db, { mode: 'solo', ...given }, change)
  const agentId = await storeAgent(db, jobId)
  const taskId = await storeTask(db, { jobId, agentId }, {}, { status: 'running' })
  const place = { jobId, agentId, taskId }
  const attemptId = await storeAttempt(db, place, {}, { status: 'running', started_at: new Date() })
  return { ...place, attemptId }
}
