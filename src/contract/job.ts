import { z } from 'zod'
import { FindingView } from './finding.ts'
import { PermissionPolicy } from './permission.ts'
import { PlainText, plainText } from './plain-text.ts'
import { CheckCommand } from './plan.ts'
import { Source } from './source.ts'
import {
  AgentStatus,
  AttemptStatus,
  CheckKind,
  CheckOrigin,
  JobStatus,
  Mode,
  Phase,
  Priority,
  Proof,
  Role,
  TaskStatus,
  Verdict,
  Wait,
} from './words.ts'

export const Id = z.uuid()
export const Time = z.string()
const VISION_LIMIT = 100_000

/** A vision is text written by a person: it has no control characters except tab and newline, and is not blank. */
const Vision = plainText('the vision is missing: describe in a sentence what should be built', 'the vision')
  .max(VISION_LIMIT, `the vision is longer than ${VISION_LIMIT} characters: shorten it or attach a document`)
  .refine(
    (text) => text.trim().length > 0,
    'the vision is empty: describe in a sentence what should be built',
  )
  .refine(
    (text) => !/\p{Cc}/u.test(text.replaceAll(/[\t\n\r]/g, '')),
    'the vision contains control characters: send plain text',
  )

/** The model name used by its provider. */
const ModelName = PlainText.trim().min(1).max(200)

/** The body of `POST /api/jobs`. Missing fields are filled in from the settings' `defaults`. */
export const NewJob = z.strictObject({
  vision: Vision,
  backend: PlainText.trim().min(1).max(64).optional(),
  /** The backend per role, where it differs from `backend`. */
  agents: z.partialRecord(Role, PlainText.trim().min(1).max(64)).optional(),
  /** The model of every agent; without it each backend's provider, or the backend itself, decides. */
  model: ModelName.optional(),
  /** The model per role, where it differs from `model`. */
  models: z.partialRecord(Role, ModelName).optional(),
  checks: z.array(CheckCommand).max(20).optional(),
  /** Commands that run once before the checks; every check starts from a copy of their result. */
  setup: z.array(CheckCommand).max(20).optional(),
  source: Source.optional(),
  mode: Mode.optional(),
  /** Whether the job waits for a person's approval once its plan is valid. A job with mode `solo` has no plan. */
  approve_plan: z.boolean().optional(),
  /** The policy for answering the permission requests of its agents. */
  permissions: PermissionPolicy.optional(),
  budget: z
    .strictObject({ tokens: z.int().positive().optional(), usd: z.number().positive().optional() })
    .optional(),
  parallelism: z.int().min(1).max(16).optional(),
  /** Its place in the queue; `normal` when missing. */
  priority: Priority.optional(),
})
export type NewJob = z.infer<typeof NewJob>

/**
 * Returns the form encoding of a field of `NewJob`: text, a `list` (the field repeats, or holds a JSON array), or JSON.
 * Unknown fields are treated as text: the schema rejects them by name.
 */
export function formFieldOf(name: string): 'text' | 'list' | 'json' {
  const field = Object.entries(NewJob.shape).find(([known]) => known === name)?.[1]
  const type = field === undefined ? 'string' : innermost(field)._zod.def.type
  if (type === 'string' || type === 'enum') return 'text'
  return type === 'array' ? 'list' : 'json'
}

function innermost(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? innermost(schema.unwrap()) : schema
}

export const Usage = z.object({
  input_tokens: z.int(),
  output_tokens: z.int(),
  /** The part of `input_tokens` that came from a cache. */
  cached_tokens: z.int(),
  /** The cost of the priced tokens; null when no price is known. */
  cost_usd: z.number().nullable(),
  /** Tokens that are not included in `cost_usd`, because the price of their model is not known. */
  unpriced_tokens: z.int(),
})
export type Usage = z.infer<typeof Usage>

export const DocumentView = z.object({
  id: Id,
  name: z.string(),
  size: z.int(),
  media_type: z.string(),
  created_at: Time,
})
export type DocumentView = z.infer<typeof DocumentView>
export const DocumentList = z.object({ documents: z.array(DocumentView) })
export type DocumentList = z.infer<typeof DocumentList>

/** The check that is running: its number, counted from 1, and the total. */
export const CheckingView = z.object({
  command: z.string(),
  number: z.int(),
  total: z.int(),
  started_at: Time,
})
export type CheckingView = z.infer<typeof CheckingView>

export const JobView = z.object({
  id: Id,
  vision: z.string(),
  title: z.string(),
  backend: z.string(),
  mode: Mode,
  /** Whether the offline demo does some or all of the work: built from blueprints, without any model. */
  demo: z.boolean(),
  status: JobStatus,
  current_phase: Phase,
  progress: z.int().min(0).max(100),
  wait: Wait.nullable(),
  proof: Proof.nullable(),
  /** Why the job is not proven; null when it is, and before that is decided. */
  proof_reason: z.string().nullable(),
  created_at: Time,
  started_at: Time.nullable(),
  completed_at: Time.nullable(),
  workspace_path: z.string().nullable(),
  /** The branch that holds the work: the default branch of the source, or `main` without a source. */
  branch: z.string(),
  /** When a person archived it; null while it is in the lists. */
  archived_at: Time.nullable(),
  /** When its files were first downloaded or cloned; null until then. */
  taken_at: Time.nullable(),
  head_commit: z.string().nullable(),
  error: z.string().nullable(),
  usage: Usage,
  /** Empty until the first task needs a team. */
  team: z.array(z.object({ name: z.string(), role: Role, status: AgentStatus })),
  tasks: z.object({ total: z.int(), done: z.int() }),
  /** The check of the whole job that is running; null when none is. */
  checking: CheckingView.nullable(),
  /** The time in ms that the job has waited for people so far, excluding the current wait. */
  waited_ms: z.int(),
  options: z.object({
    agents: z.partialRecord(Role, z.string()),
    model: z.string().nullable(),
    models: z.partialRecord(Role, z.string()),
    checks: z.array(z.string()),
    setup: z.array(z.string()),
    source: z.string().nullable(),
    parallelism: z.int(),
    priority: Priority,
    approve_plan: z.boolean(),
    permissions: PermissionPolicy,
    budget: z.object({ tokens: z.int().optional(), usd: z.number().optional() }).nullable(),
  }),
})
export type JobView = z.infer<typeof JobView>

/** The body of `POST /api/jobs/{id}/priority`. */
export const PriorityChange = z.strictObject({ priority: Priority })
export type PriorityChange = z.infer<typeof PriorityChange>

/** The response to `POST /api/jobs`: the job, with its id repeated under the field name that older clients read. */
export const CreatedJob = JobView.extend({ job_id: Id, documents: z.array(DocumentView) })
export type CreatedJob = z.infer<typeof CreatedJob>

export const JobSummary = JobView.pick({
  id: true,
  title: true,
  backend: true,
  mode: true,
  demo: true,
  status: true,
  current_phase: true,
  progress: true,
  wait: true,
  proof: true,
  created_at: true,
  started_at: true,
  completed_at: true,
  error: true,
  usage: true,
  team: true,
  tasks: true,
})
export type JobSummary = z.infer<typeof JobSummary>

export const JobList = z.object({
  jobs: z.array(JobSummary),
  total: z.int(),
  page: z.int(),
  page_size: z.int(),
})
export type JobList = z.infer<typeof JobList>

export const JobQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  page_size: z.coerce.number().int().min(1).max(100).default(50),
  status: JobStatus.optional(),
  q: PlainText.max(200).optional(),
  /** Archived jobs, instead of those that are not archived. */
  archived: z.enum(['true', 'false']).default('false'),
  /** Only jobs that wait for a person. */
  needs: z.enum(['person']).optional(),
  /** `attention`: jobs that wait for a person come first; within each group, sorted by age. */
  sort_by: z.enum(['created_at', 'title', 'status', 'attention']).default('created_at'),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
})
export type JobQuery = z.infer<typeof JobQuery>

export const Progress = z.object({
  status: JobStatus,
  progress: z.int(),
  current_phase: Phase,
  wait: Wait.nullable(),
  last_message: z.array(z.object({ timestamp: Time, phase: Phase, message: z.string() })),
})
export type Progress = z.infer<typeof Progress>

export const AgentView = z.object({
  id: Id,
  name: z.string(),
  role: Role,
  backend: z.string(),
  model: z.string().nullable(),
  status: AgentStatus,
  phase: Phase.nullable(),
  task_id: Id.nullable(),
  task_title: z.string().nullable(),
  /** The running attempt, or else the latest one. */
  attempt_id: Id.nullable(),
  usage: Usage,
  last_activity: z.string().nullable(),
  last_activity_at: Time.nullable(),
})
export type AgentView = z.infer<typeof AgentView>
export const AgentList = z.object({ agents: z.array(AgentView) })

/**
 * One card of the board. `activity` is the latest output of the agent working on the task; null when no agent is working, or
 * the working agent has sent no output yet. `wait` is why a task that was started is not being worked on. The changes of the
 * task lie between `base_commit` and `head_commit`, over all attempts that built on each other.
 */
export const TaskView = z.object({
  task_id: Id,
  key: z.string(),
  title: z.string(),
  description: z.string(),
  phase: Phase,
  agent: z.string(),
  backend: z.string(),
  role: Role,
  status: TaskStatus,
  position: z.int(),
  depends_on: z.array(Id),
  acceptance: z.array(z.string()),
  checks: z.array(z.string()),
  attempts: z.int(),
  /** The running work attempt, or else the latest one. */
  attempt_id: Id.nullable(),
  activity: z.string().nullable(),
  activity_at: Time.nullable(),
  wait: Wait.nullable(),
  /** The check of the task that is running; null when none is. */
  checking: CheckingView.nullable(),
  /** The name of the agent that is reviewing the task. */
  reviewer: z.string().nullable(),
  usage: Usage,
  /** The latest round of the task's checks. */
  check_summary: z.object({ total: z.int(), passed: z.int(), failed: z.int() }).nullable(),
  base_commit: z.string().nullable(),
  head_commit: z.string().nullable(),
  progress: z.int(),
  error: z.string().nullable(),
  started_at: Time.nullable(),
  completed_at: Time.nullable(),
})
export type TaskView = z.infer<typeof TaskView>
export const TaskList = z.object({ total_tasks: z.int(), tasks: z.array(TaskView) })
export type TaskList = z.infer<typeof TaskList>

export const AttemptView = z.object({
  id: Id,
  task_id: Id,
  number: z.int(),
  kind: z.enum(['work', 'review']),
  role: Role,
  agent: z.string(),
  backend: z.string(),
  status: AttemptStatus,
  stop_reason: z.string().nullable(),
  error: z.string().nullable(),
  base_commit: z.string().nullable(),
  head_commit: z.string().nullable(),
  walls: z.string().nullable(),
  usage: Usage,
  created_at: Time,
  started_at: Time.nullable(),
  ended_at: Time.nullable(),
})
export type AttemptView = z.infer<typeof AttemptView>
export const AttemptList = z.object({ attempts: z.array(AttemptView) })

/** The evidence of one check: the command, its environment, and its result. */
export const CheckView = z.object({
  id: Id,
  kind: CheckKind,
  scope: z.enum(['task', 'job']),
  /** Null for checks recorded by a version that did not store it. */
  origin: CheckOrigin.nullable(),
  task_id: Id.nullable(),
  attempt_id: Id.nullable(),
  round: z.int(),
  command: z.string(),
  verdict: Verdict,
  /** Why the check does not count as proof although it passed; null when it counts. */
  not_counted: z.string().nullable(),
  exit_code: z.int().nullable(),
  duration_ms: z.int(),
  commit: z.string(),
  log: z.string(),
  log_truncated: z.boolean(),
  versions: z.record(z.string(), z.string()),
  walls: z.string(),
  started_at: Time,
})
export type CheckView = z.infer<typeof CheckView>
export const CheckList = z.object({
  proof: Proof.nullable(),
  proof_reason: z.string().nullable(),
  checks: z.array(CheckView),
  /** Findings that count against the proof although the checks pass, including waived ones. */
  findings: z.array(FindingView),
  /** Files that agents left in their workspaces and the server did not commit: dependencies, caches, core files, secrets. */
  left_out: z.array(z.object({ path: z.string(), why: z.string() })),
})
export type CheckList = z.infer<typeof CheckList>

export const BudgetView = z.object({
  limit: z.object({ tokens: z.int().nullable(), usd: z.number().nullable() }),
  used: Usage,
  /** Usage through the gateway by role and model, in descending order. */
  models: z.array(
    z.object({
      role: Role.nullable(),
      provider: z.string(),
      model: z.string(),
      calls: z.int(),
      usage: Usage,
    }),
  ),
})
export type BudgetView = z.infer<typeof BudgetView>

/** The body of `POST /api/jobs/{id}/budget`: named limits are set, null removes a limit, missing fields stay unchanged. */
export const BudgetChange = z
  .strictObject({
    tokens: z.int().positive().nullable().optional(),
    usd: z.number().positive().nullable().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'give tokens or usd, or null for no limit')
export type BudgetChange = z.infer<typeof BudgetChange>
