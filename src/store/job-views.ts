import { sql, type RawBuilder } from 'kysely'
import type { JobList, JobQuery, JobSummary, JobView } from '../contract/job.ts'
import { personWaits, type Wait } from '../contract/words.ts'
import { isDemo } from '../domain/demo.ts'
import { isoTime, isoTimeOrNull } from '../lib/clock.ts'
import type { Reader } from './database.ts'
import type { JobRow } from './jobs.ts'
import { usageSums } from './usage-sums.ts'
import { holdKind } from './workers.ts'

/**
 * The figures of a job that come from other tables (team, usage, tasks, waits). They are read for all jobs of a page in one
 * statement, along the index of each job, so that a page costs the same among ten jobs and among ten thousand.
 */
interface Figures {
  usage: JobView['usage']
  /** Unordered, because sorting many short lists costs the database more than everything else. */
  team: (JobView['team'][number] & { id: string })[] | null
  tasks: JobView['tasks']
  permission: Wait | null
  answer: Wait | null
  capacity: Wait | null
}

/**
 * The figures of each job of a subquery named `j`. A job with due work and no running work waits for a free slot, and one
 * whose agent asks a person waits for that person; both are derived, not stored.
 */
const figureColumns = sql`
  u.usage,
  a.team, json_build_object('total', t.total, 'done', t.done) as tasks, q.permission, n.answer, w.capacity`
const figures = sql`
  cross join lateral (
    select ${usageSums} as usage from attempts where job_id = j.id) u
  cross join lateral (
    select json_agg(json_build_object('id', id, 'name', name, 'role', role, 'status', status)) as team
    from agents where job_id = j.id) a
  cross join lateral (
    select count(*) as total, count(*) filter (where status = 'completed') as done from tasks where job_id = j.id) t
  left join lateral (
    select json_build_object('for', 'permission', 'on', r.name || ' asks: ' || p.title,
      'since', to_char(p.asked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'until', to_char(p.deadline at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as permission
    from permissions p join attempts x on x.id = p.attempt_id join agents r on r.id = p.agent_id
    where p.job_id = j.id and p.outcome is null and x.status = 'running' order by p.id limit 1) q on true
  left join lateral (
    select json_build_object('for', 'answer', 'on', r.name || ' asks: ' || p.question,
      'since', to_char(p.asked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'until', to_char(p.deadline at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as answer
    from questions p join attempts x on x.id = p.attempt_id join agents r on r.id = p.agent_id
    where p.job_id = j.id and p.outcome is null and x.status = 'running' order by p.id limit 1) n on true
  left join lateral (
    select json_build_object('for', ${holdKind}, 'on', coalesce((select max(hold) from workers), 'a free worker slot'),
      'since', to_char(min(created_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'until', null) as capacity
    from work where job_id = j.id and status in ('queued', 'running') and j.status in ('queued', 'running')
    having count(*) > 0 and bool_and(status = 'queued')) w on true`

type SummaryRow = Pick<
  JobRow,
  | 'id'
  | 'title'
  | 'backend'
  | 'agents'
  | 'mode'
  | 'status'
  | 'phase'
  | 'progress'
  | 'wait'
  | 'proof'
  | 'created_at'
  | 'started_at'
  | 'completed_at'
  | 'error'
> &
  Figures

const summaryColumns = sql`id, title, backend, agents, mode, status, phase, progress, wait, proof, created_at, started_at,
  completed_at, error`

/** Returns the wait to show: one that only a person can end comes before one that ends by itself. */
function waitOf({ wait, permission, answer, capacity }: SummaryRow): Wait | null {
  const ofPerson = wait !== null && personWaits.has(wait.for) ? wait : (permission ?? answer)
  return ofPerson ?? wait ?? capacity
}

function toSummary(row: SummaryRow): JobSummary {
  return {
    id: row.id,
    title: row.title,
    backend: row.backend,
    mode: row.mode,
    demo: isDemo(row),
    status: row.status,
    current_phase: row.phase,
    progress: row.progress,
    wait: waitOf(row),
    proof: row.proof,
    created_at: isoTime(row.created_at),
    started_at: isoTimeOrNull(row.started_at),
    completed_at: isoTimeOrNull(row.completed_at),
    error: row.error,
    usage: row.usage,
    team: (row.team ?? [])
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ name, role, status }) => ({ name, role, status })),
    tasks: row.tasks,
  }
}

/** Returns the job as the API shows it; null when there is none. */
export async function viewJob(db: Reader, id: string): Promise<JobView | null> {
  const [job = null] = await viewJobs(db, [id])
  return job
}

/** Returns jobs as the API shows them, in the order of their ids; null where there is none. */
export async function viewJobs(db: Reader, ids: readonly string[]): Promise<(JobView | null)[]> {
  const { rows } = await sql<WholeRow>`
    select j.*, ${figureColumns}, (select current_check from work
      where job_id = j.id and status = 'running' and kind = 'checks' and task_id is null limit 1) as checking
    from jobs j ${figures} where j.id = any(${[...ids]}::uuid[])`.execute(db)
  const views = new Map(rows.map((row) => [row.id, toView(row)]))
  return ids.map((id) => views.get(id) ?? null)
}

type WholeRow = JobRow & Figures & { checking: JobView['checking'] }

function toView(row: WholeRow): JobView {
  return {
    ...toSummary(row),
    vision: row.vision,
    proof_reason: row.proof_reason,
    workspace_path: row.result_path,
    branch: row.branch,
    head_commit: row.head_commit,
    checking: row.checking,
    waited_ms: Math.round(row.person_ms),
    options: {
      agents: row.agents,
      model: row.model,
      models: row.models,
      checks: row.checks,
      setup: row.setup,
      source: row.source,
      parallelism: row.parallelism,
      approve_plan: row.approve_plan,
      permissions: row.permissions,
      budget: row.budget,
    },
  }
}

function orderOf({ sort_by: by }: JobQuery, direction: RawBuilder<unknown>): RawBuilder<unknown> {
  if (by === 'created_at') return sql`created_at ${direction}, id ${direction}`
  if (by === 'attention') return sql`(person_since is null), created_at ${direction}, id ${direction}`
  return sql`${sql.ref(by)} ${direction}, created_at desc, id desc`
}

/** Returns one page of jobs and the total count. The default order walks an index, and so does the count. */
export async function listJobs(db: Reader, query: JobQuery): Promise<JobList> {
  // Filtered by id, so that an index is enough to count.
  const conditions = [sql`id not in (select id from jobs where hidden)`]
  if (query.status !== undefined) conditions.push(sql`status = ${query.status}`)
  if (query.needs === 'person') conditions.push(sql`person_since is not null`)
  if (query.q !== undefined && query.q !== '') {
    const like = `%${query.q.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
    conditions.push(sql`(title ilike ${like} or vision ilike ${like})`)
  }
  const where = sql.join(conditions, sql` and `)
  const direction = query.sort_order === 'asc' ? sql`asc` : sql`desc`
  const order = orderOf(query, direction)
  const offset = (query.page - 1) * query.page_size
  const { rows } = await sql<SummaryRow>`
    select j.*, ${figureColumns} from (
      select ${summaryColumns}, person_since from jobs where ${where} order by ${order} limit ${query.page_size} offset ${offset}) j ${figures}
    order by ${order}`.execute(db)
  const total = await sql<{ total: number }>`select count(*)::int as total from jobs where ${where}`.execute(
    db,
  )
  return {
    jobs: rows.map(toSummary),
    total: total.rows[0]?.total ?? 0,
    page: query.page,
    page_size: query.page_size,
  }
}

/** Returns summaries of the named jobs except hidden ones, for the stream that feeds lists. */
export async function readSummaries(db: Reader, ids: readonly string[]): Promise<JobSummary[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<SummaryRow>`
    select j.*, ${figureColumns} from (select ${summaryColumns} from jobs where id in (${sql.join(ids)}) and not hidden) j ${figures}`.execute(
    db,
  )
  return rows.map(toSummary)
}
