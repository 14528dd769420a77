import type { JobView } from '../../src/contract/job.ts'
import { newId } from '../../src/lib/ids.ts'
import {
  insertAttempt,
  updateAttempt,
  type AttemptChange,
  type NewAttempt,
} from '../../src/store/attempts.ts'
import type { Database, JobTrx, Reader } from '../../src/store/database/database.ts'
import { readEvents } from '../../src/store/events.ts'
import { viewJobs } from '../../src/store/views/job-views.ts'
import {
  insertJobs,
  lockJob,
  readJob,
  updateJob,
  type JobChange,
  type JobRow,
  type NewJobRow,
} from '../../src/store/jobs.ts'
import { claimNext, dueAdvances, type ClaimedEntry } from '../../src/store/queue.ts'
import type { QueueName } from '../../src/store/database/schema.ts'
import {
  insertAgents,
  insertTasks,
  updateTask,
  type NewAgent,
  type NewTaskRow,
  type TaskChange,
} from '../../src/store/team.ts'
import { beginWork, insertWork, readWork, type NewWork, type WorkRow } from '../../src/store/work.ts'
import { newJobRow } from './new-job-row.ts'

/** Runs statements on a job in a transaction that holds its lock. */
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

/** Stores an agent, by default a developer with the offline demo. Returns its id. */
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

/** Stores queued work, by default checks of the whole job. Returns its id. */
export async function storeWork(db: Database, jobId: string, given: Partial<NewWork> = {}): Promise<string> {
  const work: NewWork = {
    id: newId(),
    jobId,
    epoch: 1,
    kind: 'checks',
    taskId: null,
    attemptId: null,
    ...given,
  }
  await underLock(db, jobId, (trx) => insertWork(trx, work))
  return work.id
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

export interface ClaimedWork {
  readonly work: WorkRow
  readonly lease: number
  readonly job: JobRow
}

/** Claims work of a job like a worker, and leaves work of other jobs. Throws when there is none. */
export function claimEntry(
  db: Database,
  jobId: string,
  queue: QueueName = 'work',
  workerId: string = newId(),
): Promise<ClaimedEntry> {
  return db.tx(async (trx) => {
    for (const others: string[] = []; ;) {
      const entry = await claimNext(trx, queue, workerId)
      if (entry === null) throw new Error(`there is no ${queue} of the job to claim`)
      if (entry.job_id !== jobId) others.push(entry.id)
      else {
        for (const id of others)
          await trx.updateTable('work').set({ lease_until: null }).where('id', '=', id).execute()
        return entry
      }
    }
  })
}

/** Claims work of a job and begins it. Throws when there is none. */
export async function claimWork(
  db: Database,
  jobId: string,
  queue: QueueName = 'work',
  workerId: string = newId(),
): Promise<ClaimedWork> {
  const { id, lease } = await claimEntry(db, jobId, queue, workerId)
  const isBegun = await underLock(db, jobId, (trx) => beginWork(trx, id, lease))
  const [work, job] = [await readWork(db.reader, id), await readJob(db.reader, jobId)]
  if (!isBegun || work === null || job === null) throw new Error('the work cannot begin')
  return { work, lease, job }
}

/** Returns the events of a job in short: `<actor> <type>`, without its acceptance. */
export async function journalOf(db: Database, jobId: string): Promise<string[]> {
  const events = await readEvents(db.reader, jobId, 1, 1000)
  return events.map(({ actor, type }) => `${actor} ${type}`)
}

/** Whether an `advance` of the job is due now. */
export async function isAdvanceDue(db: Database, jobId: string): Promise<boolean> {
  return (await dueAdvances(db.reader, 10_000)).includes(jobId)
}

/** Returns a job as people see it; null when there is none. */
export async function viewOf(db: Reader, id: string): Promise<JobView | null> {
  const [view = null] = await viewJobs(db, [id])
  return view
}
