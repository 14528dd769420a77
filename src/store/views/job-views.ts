import { sql, type ExpressionBuilder, type Selectable } from 'kysely'
import type { JobList, JobQuery, JobSummary, JobView } from '../../contract/job.ts'
import { personWaits, type Wait } from '../../contract/words.ts'
import { isDemo } from '../../domain/demo.ts'
import { fromJson, fromJsonOrNull, toIso } from '../database/columns.ts'
import type { Reader } from '../database/database.ts'
import { toJobRow } from '../jobs.ts'
import { openRequests } from './requests.ts'
import type { JobsTable, Schema } from '../database/schema.ts'
import { noUsage, usageSums } from '../models/usage-sums.ts'
import { readHold } from '../server/workers.ts'

/**
 * Counts and sums of jobs from other tables (team, usage, tasks, waits). Each is read for all jobs of a page in one
 * statement, along an index, so that a page costs the same among ten jobs and among ten thousand. A view is several
 * statements: its caller runs it with `Database.read`, on one state of the database.
 */
interface Figures {
  readonly usage: JobView['usage']
  readonly team: JobView['team']
  readonly tasks: JobView['tasks']
  /** The request to a person that is open the longest. */
  readonly request: Wait | null
  readonly capacity: Wait | null
}

async function readFigures(db: Reader, ids: readonly string[]): Promise<(jobId: string) => Figures> {
  const usage = await db
    .selectFrom('attempts')
    .select('job_id')
    .select(usageSums)
    .where('job_id', 'in', ids)
    .groupBy('job_id')
    .execute()
  const agents = await db
    .selectFrom('agents')
    .select(['job_id', 'name', 'role', 'status'])
    .where('job_id', 'in', ids)
    .orderBy('id')
    .execute()
  const tasks = await db
    .selectFrom('tasks')
    .select((row) => [
      'job_id',
      row.fn.countAll<number>().as('total'),
      sql<number>`sum(case when status = 'completed' then 1 else 0 end)`.as('done'),
    ])
    .where('job_id', 'in', ids)
    .groupBy('job_id')
    .execute()
  const work = await db
    .selectFrom('work')
    .select((row) => [
      'job_id',
      row.fn.min('created_at').as('since'),
      sql<number>`sum(case when status = 'running' then 1 else 0 end)`.as('running'),
    ])
    .where('job_id', 'in', ids)
    .where('status', 'in', ['queued', 'running'])
    .groupBy('job_id')
    .execute()
  const usages = new Map(usage.map(({ job_id, ...sums }) => [job_id, sums]))
  const teams = Map.groupBy(agents, (agent) => agent.job_id)
  const counts = new Map(tasks.map(({ job_id, ...count }) => [job_id, count]))
  const requests = Map.groupBy(await openRequests(db, ids), (request) => request.job_id)
  const queued = new Map(work.flatMap((row) => (row.running === 0 ? [[row.job_id, row.since]] : [])))
  const hold = queued.size > 0 ? await readHold(db) : null
  const capacity = (since: number | undefined): Wait | null =>
    since === undefined || hold === null ? null : { ...hold, since: toIso(since), until: null }
  return (jobId) => ({
    usage: usages.get(jobId) ?? noUsage,
    team: (teams.get(jobId) ?? []).map(({ name, role, status }) => ({ name, role, status })),
    tasks: counts.get(jobId) ?? { total: 0, done: 0 },
    request: requests.get(jobId)?.[0]?.wait ?? null,
    capacity: capacity(queued.get(jobId)),
  })
}

const summaryColumns = [
  'id',
  'title',
  'backend',
  'agents',
  'mode',
  'status',
  'phase',
  'progress',
  'wait',
  'proof',
  'created_at',
  'started_at',
  'completed_at',
  'error',
] as const

type SummaryRow = Pick<Selectable<JobsTable>, (typeof summaryColumns)[number]>

/** Returns the wait to show: one that only a person can end comes before one that ends by itself. */
function waitOf({ wait, status }: Pick<SummaryRow, 'wait' | 'status'>, figures: Figures): Wait | null {
  const own = fromJsonOrNull(wait)
  const ofPerson = own !== null && personWaits.has(own.for) ? own : figures.request
  const capacity = status === 'queued' || status === 'running' ? figures.capacity : null
  return ofPerson ?? own ?? capacity
}

function toSummary(row: SummaryRow, figures: Figures): JobSummary {
  return {
    id: row.id,
    title: row.title,
    backend: row.backend,
    mode: row.mode,
    demo: isDemo({ ...row, agents: fromJson(row.agents) }),
    status: row.status,
    current_phase: row.phase,
    progress: row.progress,
    wait: waitOf(row, figures),
    proof: row.proof,
    created_at: toIso(row.created_at),
    started_at: toIso(row.started_at),
    completed_at: toIso(row.completed_at),
    error: row.error,
    usage: figures.usage,
    team: figures.team,
    tasks: figures.tasks,
  }
}

/** Returns jobs as the API shows them, in the order of their ids; null where there is none. */
export async function viewJobs(db: Reader, ids: readonly string[]): Promise<(JobView | null)[]> {
  const rows = await db
    .selectFrom('jobs')
    .selectAll()
    .where('id', 'in', ids)
    .where('deleted_at', 'is', null)
    .execute()
  const checking = await db
    .selectFrom('work')
    .select(['job_id', 'current_check'])
    .where('job_id', 'in', ids)
    .where('status', '=', 'running')
    .where('kind', '=', 'checks')
    .where('task_id', 'is', null)
    .execute()
  const checks = new Map(checking.map((row) => [row.job_id, fromJsonOrNull(row.current_check)]))
  const figuresOf = await readFigures(db, ids)
  const views = new Map(
    rows.map((row) => [row.id, toView(row, figuresOf(row.id), checks.get(row.id) ?? null)]),
  )
  return ids.map((id) => views.get(id) ?? null)
}

function toView(row: Selectable<JobsTable>, figures: Figures, checking: JobView['checking']): JobView {
  const job = toJobRow(row)
  return {
    ...toSummary(row, figures),
    vision: job.vision,
    proof_reason: job.proof_reason,
    workspace_path: job.result_path,
    branch: job.branch,
    archived_at: toIso(row.archived_at),
    taken_at: toIso(row.taken_at),
    head_commit: job.head_commit,
    checking,
    waited_ms: Math.round(job.person_ms),
    options: {
      agents: job.agents,
      model: job.model,
      models: job.models,
      checks: job.checks,
      setup: job.setup,
      source: job.source,
      parallelism: job.parallelism,
      priority: job.priority,
      approve_plan: job.approve_plan,
      permissions: job.permissions,
      // Without its version, which is for the server alone.
      budget: job.budget === null ? null : { tokens: job.budget.tokens, usd: job.budget.usd },
    },
  }
}

/** Returns the condition that a list puts on jobs. Hidden ones are left out by their ids, so that an index is enough to count. */
function isListed(job: ExpressionBuilder<Schema, 'jobs'>, { status, needs, archived, q = '' }: JobQuery) {
  const like = `%${q.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  return job.and([
    job(
      'id',
      'not in',
      job.selectFrom('jobs as server').select('server.id').where('server.hidden', '=', sql.lit(1)),
    ),
    job(
      'id',
      archived === 'true' ? 'in' : 'not in',
      job.selectFrom('jobs as put_away').select('put_away.id').where('put_away.archived_at', 'is not', null),
    ),
    ...(status === undefined ? [] : [job('status', '=', status)]),
    ...(needs === 'person' ? [job('person_since', 'is not', null)] : []),
    ...(q === ''
      ? []
      : [sql<boolean>`(lower(title) like ${like} escape '\\' or lower(vision) like ${like} escape '\\')`]),
  ])
}

/** Returns one page of jobs and the total count. The default order walks an index, and so does the count. */
export async function listJobs(db: Reader, query: JobQuery): Promise<JobList> {
  const { sort_by: by, sort_order: direction, page, page_size } = query
  // The ids alone come from an index, however many jobs are before them.
  const found = await db
    .selectFrom('jobs')
    .select('id')
    .where((job) => isListed(job, query))
    .$if(by === 'attention', (jobs) => jobs.orderBy(sql`(person_since is null)`))
    .$if(by !== 'created_at' && by !== 'attention', (jobs) =>
      jobs.orderBy(by === 'attention' ? 'created_at' : by, (order) =>
        direction === 'asc' ? order.asc().nullsLast() : order.desc().nullsFirst(),
      ),
    )
    .orderBy('created_at', by === 'created_at' || by === 'attention' ? direction : 'desc')
    .orderBy('id', by === 'created_at' || by === 'attention' ? direction : 'desc')
    .limit(page_size)
    .offset((page - 1) * page_size)
    .execute()
  const ids = found.map((job) => job.id)
  const { total } = await db
    .selectFrom('jobs')
    .select((job) => job.fn.countAll<number>().as('total'))
    .where((job) => isListed(job, query))
    .executeTakeFirstOrThrow()
  return { jobs: await readSummaries(db, ids), total, page, page_size }
}

/** Returns summaries of the named jobs in their order, without hidden ones. */
export async function readSummaries(db: Reader, ids: readonly string[]): Promise<JobSummary[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('jobs')
    .select(summaryColumns)
    .where('id', 'in', ids)
    .where('hidden', '=', 0)
    .execute()
  const figuresOf = await readFigures(db, ids)
  const summaries = new Map(rows.map((row) => [row.id, toSummary(row, figuresOf(row.id))]))
  return ids.flatMap((id) => summaries.get(id) ?? [])
}
