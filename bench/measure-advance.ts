import type { Plan } from '../src/contract/plan.ts'
import { advance } from '../src/engine/job/advance.ts'
import { serverAct } from '../src/engine/job-transactions.ts'
import { openLog } from '../src/lib/log.ts'
import { newId } from '../src/lib/ids.ts'
import { updateAttempt } from '../src/store/attempts.ts'
import type { Database, JobTrx } from '../src/store/database/database.ts'
import { insertJobs } from '../src/store/jobs.ts'
import { openDatabase } from '../src/store/database/open-database.ts'
import { readTask } from '../src/store/team.ts'
import { beginWork, endWork, readWork } from '../src/store/work.ts'
import { claimNext } from '../src/store/queue.ts'
import type { AttemptOutcome, WorkOutcome } from '../src/domain/model.ts'
import { makeDir } from '../test/helpers/made-dirs.ts'
import { median } from './quantile.ts'
import { ms, type Report } from './report.ts'

/** Plans that are chains, and how many of their tasks are done when the measuring begins. */
const JOBS = [
  { size: 10, done: 5 },
  { size: 1000, done: 5 },
  { size: 1000, done: 900 },
] as const
/** Steps are measured until there are so many: the end of an attempt, of its checks, its review and its merge. */
const STEPS = 100
const COMMIT = 'a'.repeat(40)

/** One step of a job (a piece of work has ended, what comes next is decided and committed), by the size of its plan. */
export async function measureAdvance(report: Report): Promise<void> {
  const db = await openDatabase({ dataDir: makeDir('slipway-advance-'), url: null, log: openLog('silent') })
  let least: number | null = null
  for (const { size, done } of JOBS) {
    const time = await stepOf(db, size, done)
    least ??= time
    report.add({
      name: `a step of a job of ${size} tasks, ${done} of them done, p50`,
      measured: `${ms(time)}, ${(time / least).toFixed(2)} times the first`,
      aim: '1.2 times the first',
    })
  }
  await db.close()
}

/** Returns the median time in ms of a step after the first `done` tasks, over as many jobs as it takes. */
async function stepOf(db: Database, size: number, done: number): Promise<number> {
  const engine = { db, limits: { retryMs: 1 } }
  const times: number[] = []
  while (times.length < STEPS) {
    const jobId = await createTeamJob(db)
    await advance(engine, jobId)
    let merged = 0
    let ended = await endNext(db, size)
    while (ended !== null && times.length < STEPS) {
      const begin = performance.now()
      await advance(engine, jobId)
      if (merged >= done) times.push(performance.now() - begin)
      if (ended === 'merge') merged += 1
      ended = await endNext(db, size)
    }
  }
  return median(times)
}

async function createTeamJob(db: Database): Promise<string> {
  const id = newId()
  await db.tx((trx) =>
    insertJobs(trx, [
      {
        id,
        vision: 'a long plan',
        title: 'a long plan',
        backend: 'offline',
        agents: {},
        model: null,
        models: {},
        mode: 'team',
        checks: ['true'],
        setup: [],
        source: null,
        branch: 'main',
        budget: null,
        parallelism: 3,
        priority: 'normal',
        approvePlan: false,
        permissions: 'ask',
        idempotencyKey: null,
        requestHash: '',
        isHidden: false,
        createdAt: new Date(),
      },
    ]),
  )
  await serverAct(db, id, ({ queueAdvance }) => queueAdvance())
  return id
}

/** Claims what comes next and ends it as a worker whose agent did well would. Returns its kind; null when there is none. */
async function endNext(db: Database, size: number): Promise<string | null> {
  const entry =
    (await db.tx((trx) => claimNext(trx, 'repository', 'bench'))) ??
    (await db.tx((trx) => claimNext(trx, 'work', 'bench')))
  if (entry === null) return null
  return serverAct(db, entry.job_id, async ({ trx, append, queueAdvance }) => {
    await beginWork(trx, entry.id, entry.lease)
    const work = await readWork(trx, entry.id)
    if (work === null) throw new Error(`no work ${entry.id}`)
    if (work.attempt_id !== null && (work.kind === 'attempt' || work.kind === 'review'))
      await updateAttempt(trx, work.attempt_id, {
        status: 'succeeded',
        head_commit: COMMIT,
        changed: true,
        ended_at: new Date(),
        outcome: await outcomeOfAttempt(trx, work, size),
      })
    await endWork(trx, entry.id, entry.lease, 'done', outcomeOf(work.kind))
    await append([
      { type: 'attempt.succeeded', actor: 'server', message: 'Ended.', data: { commit: COMMIT } },
    ])
    await queueAdvance()
    return work.kind
  })
}

/** A good review; the plan, of the tasks that make one; nothing to say, of the others. */
async function outcomeOfAttempt(
  trx: JobTrx,
  work: { kind: string; task_id: string | null },
  size: number,
): Promise<AttemptOutcome> {
  if (work.kind === 'review') return { review: { verdict: 'pass', summary: 'good', findings: [] } }
  const task = work.task_id === null ? null : await readTask(trx, work.task_id)
  return task?.kind === 'plan' ? { plan: planOf(size) } : {}
}

function outcomeOf(kind: string): WorkOutcome {
  if (kind === 'checks') return { kind: 'checks', verdict: 'pass', commit: COMMIT, failed: [] }
  return kind === 'merge' ? { kind: 'merged', commit: COMMIT } : { kind: 'session' }
}

/** A chain of `size` tasks. */
function planOf(size: number): Plan {
  return {
    title: 'A chain',
    summary: '',
    checks: ['node --test'],
    tasks: Array.from({ length: size }, (_, index) => ({
      key: `task-${index}`,
      title: `Task ${index}`,
      description: 'What is to be done, in two or three sentences that say enough to begin with. '.repeat(5),
      role: 'developer' as const,
      depends_on: index === 0 ? [] : [`task-${index - 1}`],
      acceptance: ['it works'],
      checks: ['node --test'],
    })),
  }
}
