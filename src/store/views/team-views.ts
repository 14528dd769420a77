import type { AgentView, TaskView } from '../../contract/job.ts'
import type { Wait } from '../../contract/words.ts'
import { taskProgress } from '../../domain/progress.ts'
import { taskChange } from '../../domain/task-change.ts'
import { fromJson, fromJsonOrNull, toIso } from '../database/columns.ts'
import type { Reader } from '../database/database.ts'
import { openRequests } from './requests.ts'
import { sumUsage } from '../models/usage-sums.ts'
import { readHold } from '../server/workers.ts'

/**
 * The agents and the tasks of a job as the API shows them. Each is several statements over the rows of the job: the caller
 * runs it with `Database.read`, on one state of the database.
 */

/** Returns the attempts of a job in the order in which they were created. */
function readAttempts(db: Reader, jobId: string) {
  return db
    .selectFrom('attempts as x')
    .innerJoin('agents as a', 'a.id', 'x.agent_id')
    .select(['x.id', 'x.task_id', 'x.agent_id', 'a.name as agent', 'x.kind', 'x.status', 'x.number'])
    .select(['x.base_commit', 'x.head_commit'])
    .select(['x.input_tokens', 'x.output_tokens', 'x.cached_tokens', 'x.cost_usd', 'x.unpriced_tokens'])
    .where('x.job_id', '=', jobId)
    .orderBy('x.created_at')
    .orderBy('x.id')
    .execute()
}

type AttemptRow = Awaited<ReturnType<typeof readAttempts>>[number]

/** Returns the running attempt, else the newest one. */
function currentOf(attempts: readonly AttemptRow[]): string | null {
  const running = attempts.findLast(({ status }) => status === 'running')
  return (running ?? attempts.at(-1))?.id ?? null
}

/** Returns the agents of a job in the order in which they joined. */
export async function listAgents(db: Reader, jobId: string): Promise<AgentView[]> {
  const agents = await db
    .selectFrom('agents as a')
    .leftJoin('tasks as t', 't.id', 'a.task_id')
    .select(['a.id', 'a.name', 'a.role', 'a.backend', 'a.model', 'a.status', 'a.phase', 'a.task_id'])
    .select(['t.title as task_title', 'a.last_activity', 'a.last_activity_at'])
    .where('a.job_id', '=', jobId)
    .orderBy('a.id')
    .execute()
  const attempts = Map.groupBy(await readAttempts(db, jobId), (attempt) => attempt.agent_id)
  return agents.map((agent) => {
    const own = attempts.get(agent.id) ?? []
    return {
      ...agent,
      last_activity_at: toIso(agent.last_activity_at),
      attempt_id: currentOf(own),
      usage: sumUsage(own),
    }
  })
}

/** The state of the open work of a task. */
interface OpenWork {
  readonly isRunning: boolean
  readonly checking: TaskView['checking']
  readonly queued: Wait | null
}

/** Returns, for each task with open work, whether it is running, its current check, and what it waits for. */
async function readOpenWork(db: Reader, jobId: string): Promise<Map<string | null, OpenWork>> {
  const work = await db
    .selectFrom('work')
    .select(['task_id', 'status', 'kind', 'queue', 'current_check', 'created_at'])
    .where('job_id', '=', jobId)
    .where('status', 'in', ['queued', 'running'])
    .orderBy('created_at')
    .execute()
  const hold = work.length > 0 ? await readHold(db) : null
  const openWorkOf = (rows: typeof work): OpenWork => {
    const [oldest] = rows
    const checks = rows.find((row) => row.status === 'running' && row.kind === 'checks')
    const isLong = rows.some((row) => row.queue === 'work')
    return {
      isRunning: rows.some((row) => row.status === 'running'),
      checking: fromJsonOrNull(checks?.current_check ?? null),
      queued:
        hold === null || oldest === undefined || !isLong
          ? null
          : { ...hold, since: toIso(oldest.created_at), until: null },
    }
  }
  return new Map(
    [...Map.groupBy(work, (row) => row.task_id)].map(([taskId, rows]) => [taskId, openWorkOf(rows)]),
  )
}

/** Returns the results of the latest round of each task's checks. */
async function readCheckSummaries(
  db: Reader,
  jobId: string,
): Promise<Map<string | null, NonNullable<TaskView['check_summary']>>> {
  const rows = await db
    .selectFrom('checks')
    .select(['task_id', 'round', 'verdict'])
    .where('job_id', '=', jobId)
    .where('task_id', 'is not', null)
    .where('kind', '=', 'check')
    .execute()
  return new Map(
    [...Map.groupBy(rows, (row) => row.task_id)].map(([taskId, all]) => {
      const latest = Math.max(...all.map(({ round }) => round))
      const checks = all.filter(({ round }) => round === latest)
      const count = (verdict: 'pass' | 'fail'): number =>
        checks.filter((check) => check.verdict === verdict).length
      return [taskId, { total: checks.length, passed: count('pass'), failed: count('fail') }]
    }),
  )
}

/** Returns the last activity of the agents that are working on tasks, by task; the latest counts. */
async function readActivities(
  db: Reader,
  jobId: string,
): Promise<Map<string | null, { last_activity: string | null; last_activity_at: number | null }>> {
  const rows = await db
    .selectFrom('agents')
    .select(['task_id', 'last_activity', 'last_activity_at'])
    .where('job_id', '=', jobId)
    .where('status', '=', 'working')
    .where('task_id', 'is not', null)
    .orderBy('last_activity_at', (at) => at.asc().nullsFirst())
    .execute()
  return new Map(rows.map(({ task_id, ...activity }) => [task_id, activity]))
}

/** Returns why a started task is not moving; null while it moves, before it starts, and after it ends. */
function waitOf(
  status: TaskView['status'],
  requestWait: Wait | null,
  openWork: OpenWork | undefined,
  jobWait: Wait | null,
): Wait | null {
  if (status !== 'running' && status !== 'review') return null
  return requestWait ?? (openWork?.isRunning === true ? null : (openWork?.queued ?? jobWait))
}

/** Returns the tasks of a job in the order of the plan. */
export async function listTasks(db: Reader, jobId: string): Promise<TaskView[]> {
  const tasks = await db
    .selectFrom('tasks as t')
    .innerJoin('jobs as j', 'j.id', 't.job_id')
    .innerJoin('agents as a', 'a.id', 't.agent_id')
    .select(['t.id as task_id', 't.key', 't.title', 't.description', 't.phase', 'a.name as agent'])
    .select(['a.backend', 't.role', 't.status', 't.position', 't.depends_on', 't.acceptance', 't.checks'])
    .select(['t.error', 't.started_at', 't.completed_at', 'j.wait as job_wait'])
    .where('t.job_id', '=', jobId)
    .orderBy('t.position')
    .execute()
  const attempts = Map.groupBy(await readAttempts(db, jobId), (attempt) => attempt.task_id)
  const openWorkByTask = await readOpenWork(db, jobId)
  const summaries = await readCheckSummaries(db, jobId)
  const activities = await readActivities(db, jobId)
  const requests = Map.groupBy(await openRequests(db, [jobId]), (request) => request.task_id)
  return tasks.map(({ job_wait, ...task }) => {
    const own = attempts.get(task.task_id) ?? []
    const tries = own.filter(({ kind }) => kind === 'work')
    const openWork = openWorkByTask.get(task.task_id)
    const activity = activities.get(task.task_id)
    const { base, head } = taskChange(
      tries.map(({ base_commit, head_commit }) => ({ base: base_commit, head: head_commit })),
    )
    return {
      ...task,
      depends_on: fromJson(task.depends_on),
      acceptance: fromJson(task.acceptance),
      checks: fromJson(task.checks),
      attempts: tries.length,
      attempt_id: currentOf(tries),
      reviewer: task.status === 'review' ? reviewerOf(own) : null,
      activity: activity?.last_activity ?? null,
      activity_at: toIso(activity?.last_activity_at ?? null),
      usage: sumUsage(own),
      check_summary: summaries.get(task.task_id) ?? null,
      checking: openWork?.checking ?? null,
      wait: waitOf(
        task.status,
        requests.get(task.task_id)?.[0]?.wait ?? null,
        openWork,
        fromJsonOrNull(job_wait),
      ),
      base_commit: base,
      head_commit: head,
      progress: taskProgress(task.status),
      started_at: toIso(task.started_at),
      completed_at: toIso(task.completed_at),
    }
  })
}

function reviewerOf(attempts: readonly AttemptRow[]): string | null {
  const review = attempts.findLast(
    ({ kind, status }) => kind === 'review' && (status === 'queued' || status === 'running'),
  )
  return review?.agent ?? null
}
