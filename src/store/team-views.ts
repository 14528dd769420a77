import { sql } from 'kysely'
import type { AgentView, TaskView } from '../contract/job.ts'
import type { Wait } from '../contract/words.ts'
import { taskProgress } from '../domain/progress.ts'
import { taskChange, type AttemptCommits } from '../domain/task-change.ts'
import { isoTimeOrNull } from '../lib/clock.ts'
import type { Reader } from './database.ts'
import { noUsage, usageSums } from './usage-sums.ts'
import { holdKind } from './workers.ts'

/**
 * An agent of a job as the API shows it. The team and the board are each read in a single statement over the rows of the
 * job.
 */
type AgentRow = Omit<AgentView, 'last_activity_at'> & { last_activity_at: Date | null }

/** Returns the agents of a job in the order in which they joined. */
export async function listAgents(db: Reader, jobId: string): Promise<AgentView[]> {
  const { rows } = await sql<AgentRow>`
    select a.id, a.name, a.role, a.backend, a.model, a.status, a.phase, a.task_id, t.title as task_title, a.last_activity,
      a.last_activity_at, x.attempt_id,
      coalesce(x.usage, ${noUsage}) as usage
    from agents a
    left join tasks t on t.id = a.task_id
    left join (
      select agent_id, (array_agg(id order by (status = 'running') desc, created_at desc, id desc))[1] as attempt_id,
        ${usageSums} as usage
      from attempts where job_id = ${jobId} group by agent_id) x on x.agent_id = a.id
    where a.job_id = ${jobId} order by a.id`.execute(db)
  return rows.map((row) => ({ ...row, last_activity_at: isoTimeOrNull(row.last_activity_at) }))
}

/** Formats a time of the database for the wire. */
function utc(time: string) {
  return sql`to_char(${sql.raw(time)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}

type TaskRow = Omit<
  TaskView,
  'progress' | 'base_commit' | 'head_commit' | 'activity_at' | 'started_at' | 'completed_at' | 'wait'
> & {
  asked: Wait | null
  queued: Wait | null
  is_running: boolean | null
  job_wait: Wait | null
  commits: AttemptCommits[] | null
  activity_at: Date | null
  started_at: Date | null
  completed_at: Date | null
}

/** Returns SQL joins for each begun task: whether work on it is running, its current check, and what it waits for. */
function standing(jobId: string) {
  return sql`
    left join (
      select task_id, bool_or(status = 'running') as is_running,
        (array_agg(current_check) filter (where status = 'running' and kind = 'checks'))[1] as checking,
        case when count(*) filter (where queue = 'work') > 0 then
          jsonb_build_object('for', ${holdKind}, 'on', coalesce((select max(hold) from workers), 'a free worker slot'),
            'since', ${utc('min(created_at)')}, 'until', null) end as queued
      from work where job_id = ${jobId} and status in ('queued', 'running') group by task_id) o on o.task_id = t.id
    left join (
      select distinct on (q.task_id) q.task_id, jsonb_build_object('for', q.kind, 'on', r.name || ' asks: ' || q.words,
        'since', ${utc('q.asked_at')}, 'until', ${utc('q.deadline')}) as asked
      from (
        select 'permission' as kind, task_id, attempt_id, agent_id, title as words, asked_at, deadline
        from permissions where job_id = ${jobId} and outcome is null
        union all
        select 'answer', task_id, attempt_id, agent_id, question, asked_at, deadline
        from questions where job_id = ${jobId} and outcome is null) q
      join attempts x on x.id = q.attempt_id and x.status = 'running'
      join agents r on r.id = q.agent_id
      order by q.task_id, q.asked_at) p on p.task_id = t.id`
}

/** Returns why a begun task is not moving; null while it moves, before it begins, and after it ends. */
function waitOf(
  status: TaskView['status'],
  {
    asked,
    queued,
    isRunning,
    jobWait,
  }: Record<'asked' | 'queued' | 'jobWait', Wait | null> & {
    isRunning: boolean | null
  },
): Wait | null {
  if (status !== 'running' && status !== 'review') return null
  return asked ?? (isRunning === true ? null : (queued ?? jobWait))
}

/** Returns the tasks of a job in the order of the plan. */
export async function listTasks(db: Reader, jobId: string): Promise<TaskView[]> {
  const { rows } = await sql<TaskRow>`
    select t.id as task_id, t.key, t.title, t.description, t.phase, a.name as agent, a.backend, t.role, t.status, t.position,
      t.depends_on, t.acceptance, t.checks, t.error, t.started_at, t.completed_at, coalesce(x.attempts, 0)::int as attempts,
      x.attempt_id, x.commits, case when t.status = 'review' then x.reviewer end as reviewer,
      b.last_activity as activity, b.last_activity_at as activity_at,
      coalesce(x.usage, ${noUsage}) as usage,
      c.summary as check_summary, o.checking, o.queued, o.is_running, p.asked, j.wait as job_wait
    from tasks t
    join jobs j on j.id = t.job_id
    join agents a on a.id = t.agent_id
    left join (
      select w.task_id, count(*) filter (where w.kind = 'work') as attempts,
        (array_agg(w.id order by (w.status = 'running') desc, w.number desc) filter (where w.kind = 'work'))[1] as attempt_id,
        jsonb_agg(jsonb_build_object('base', w.base_commit, 'head', w.head_commit) order by w.number)
          filter (where w.kind = 'work') as commits,
        (array_agg(r.name order by w.number desc) filter (where w.kind = 'review' and w.status in ('queued', 'running')))[1]
          as reviewer,
        ${usageSums} as usage
      from attempts w join agents r on r.id = w.agent_id where w.job_id = ${jobId} group by w.task_id) x on x.task_id = t.id
    left join (
      select distinct on (task_id) task_id, last_activity, last_activity_at from agents
      where job_id = ${jobId} and status = 'working' and task_id is not null
      order by task_id, last_activity_at desc nulls last) b on b.task_id = t.id
    left join (
      select task_id, jsonb_build_object('total', count(*), 'passed', count(*) filter (where verdict = 'pass'),
        'failed', count(*) filter (where verdict = 'fail')) as summary
      from (
        select task_id, verdict, round, max(round) over (partition by task_id) as latest
        from checks where job_id = ${jobId} and task_id is not null and kind = 'check') k
      where round = latest group by task_id) c on c.task_id = t.id
    ${standing(jobId)}
    where t.job_id = ${jobId} order by t.position`.execute(db)
  return rows.map(({ commits, asked, queued, is_running: isRunning, job_wait: jobWait, ...row }) => {
    const { base, head } = taskChange(commits ?? [])
    return {
      ...row,
      wait: waitOf(row.status, { asked, queued, isRunning, jobWait }),
      base_commit: base,
      head_commit: head,
      progress: taskProgress(row.status),
      activity_at: isoTimeOrNull(row.activity_at),
      started_at: isoTimeOrNull(row.started_at),
      completed_at: isoTimeOrNull(row.completed_at),
    }
  })
}
