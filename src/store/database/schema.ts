import type { FindingView } from '../../contract/finding.ts'
import type { CheckingView } from '../../contract/job.ts'
import type { PermissionOutcome, PermissionPolicy, PermissionView } from '../../contract/permission.ts'
import type { Plan, PlanView } from '../../contract/plan.ts'
import type { Provider, ProviderProbe, ProviderTrouble } from '../../contract/provider.ts'
import type { QuestionOutcome } from '../../contract/question.ts'
import type { RemovalReason } from '../../contract/storage.ts'
import type {
  AgentStatus,
  AttemptStatus,
  CheckKind,
  CheckOrigin,
  JobStatus,
  Mode,
  Phase,
  Proof,
  Role,
  TaskStatus,
  Verdict,
  Wait,
} from '../../contract/words.ts'
import type { AttemptOutcome, Feedback, Task, WorkKind, WorkOutcome, WorkStatus } from '../../domain/model.ts'
import type { Generated } from 'kysely'
import type { Flag, Json, Millis } from './columns.ts'

/**
 * The tables, the same on SQLite and PostgreSQL. Ids are UUIDs of version 7, which sort by time. A test compares this with
 * the migrated schema of both databases.
 */
export interface Schema {
  jobs: JobsTable
  plans: PlansTable
  agents: AgentsTable
  tasks: TasksTable
  attempts: AttemptsTable
  work: WorkTable
  checks: ChecksTable
  findings: FindingsTable
  documents: DocumentsTable
  events: EventsTable
  messages: MessagesTable
  permissions: PermissionsTable
  questions: QuestionsTable
  workers: WorkersTable
  settings: SettingsTable
  sessions: SessionsTable
  secrets: SecretsTable
  providers: ProvidersTable
  model_calls: ModelCallsTable
  removals: RemovalsTable
}

/** The limits of a job; `version` counts how many times a person has set them. */
export interface StoredBudget {
  tokens?: number | undefined
  usd?: number | undefined
  version?: number
}

export interface JobsTable {
  id: string
  vision: string
  title: string
  backend: string
  agents: Json<Partial<Record<Role, string>>>
  model: string | null
  models: Json<Partial<Record<Role, string>>>
  mode: Mode
  status: JobStatus
  phase: Phase
  progress: number
  wait: Json<Wait> | null
  /** The `for` of `wait`. */
  wait_for: Wait['for'] | null
  proof: Proof | null
  proof_reason: string | null
  checks: Json<string[]>
  setup: Json<string[]>
  source: string | null
  branch: string
  budget: Json<StoredBudget> | null
  parallelism: number
  /** A greater number is claimed first; 0 is normal. */
  priority: Generated<number>
  idempotency_key: string | null
  request_hash: string
  hidden: Flag
  epoch: number
  last_seq: number
  head_commit: string | null
  result_path: string | null
  /** Unused: see `PlansTable`. */
  plan: string | null
  approve_plan: Flag
  permissions: PermissionPolicy
  /** Unused: see `PlansTable`. */
  proposed_plan: string | null
  plan_version: number
  plan_approved: Flag
  plan_notes: Json<PlanView['notes']>
  error: string | null
  cancel_requested_at: Millis | null
  person_since: Millis | null
  person_ms: number
  advance_due_at: Millis | null
  advance_failures: number
  created_at: Millis
  started_at: Millis | null
  completed_at: Millis | null
  deleted_at: Millis | null
  /** What its files held when it was measured after it had ended. */
  bytes: number | null
  taken_at: Millis | null
  archived_at: Millis | null
}

export interface RemovalsTable {
  job_id: string
  title: string
  bytes: number
  completed_at: Millis
  removed_at: Millis
  reason: RemovalReason
  was_taken: Flag
}

/** The plans of a job; a job that has none has no row. */
export interface PlansTable {
  job_id: string
  proposed: Json<Plan> | null
  adopted: Json<Plan> | null
}

export interface AgentsTable {
  id: string
  job_id: string
  name: string
  role: Role
  backend: string
  model: string | null
  status: AgentStatus
  phase: Phase | null
  task_id: string | null
  last_activity: string | null
  last_activity_at: Millis | null
}

export interface TasksTable {
  id: string
  job_id: string
  key: string
  kind: Task['kind']
  title: string
  description: string
  role: Role
  phase: Phase
  status: TaskStatus
  position: number
  depends_on: Json<string[]>
  acceptance: Json<string[]>
  checks: Json<string[]>
  agent_id: string
  tries_from: number
  notes: Json<Feedback[]>
  error: string | null
  cancel_requested_at: Millis | null
  started_at: Millis | null
  completed_at: Millis | null
}

export interface AttemptsTable {
  id: string
  job_id: string
  task_id: string
  epoch: number
  number: number
  kind: 'work' | 'review'
  subject_id: string | null
  agent_id: string
  backend: string
  status: AttemptStatus
  feedback: Json<Feedback[]>
  base_commit: string | null
  head_commit: string | null
  changed: Flag | null
  outcome: Json<AttemptOutcome> | null
  stop_reason: string | null
  error: string | null
  walls: string | null
  provider: string | null
  model: string | null
  input_tokens: Generated<number>
  output_tokens: Generated<number>
  cached_tokens: Generated<number>
  unpriced_tokens: Generated<number>
  cost_usd: number | null
  created_at: Millis
  started_at: Millis | null
  ended_at: Millis | null
}

/** The two kinds of long work: `repository` is short git work, which must not wait behind attempts. */
export type QueueName = 'work' | 'repository'

export interface WorkTable {
  id: string
  job_id: string
  epoch: number
  kind: WorkKind
  task_id: string | null
  attempt_id: string | null
  queue: QueueName
  finishes: Flag
  status: WorkStatus
  lease: number
  lease_until: Millis | null
  worker_id: string | null
  current_check: Json<CheckingView> | null
  outcome: Json<WorkOutcome> | null
  created_at: Millis
  started_at: Millis | null
  ended_at: Millis | null
}

export interface ChecksTable {
  id: string
  job_id: string
  work_id: string
  task_id: string | null
  attempt_id: string | null
  round: number
  position: number
  kind: CheckKind
  origin: CheckOrigin
  command: string
  verdict: Verdict
  not_counted: string | null
  exit_code: number | null
  duration_ms: number
  commit_id: string
  log: string
  log_truncated: Flag
  versions: Json<Readonly<Record<string, string>>>
  walls: string
  started_at: Millis
}

export interface FindingsTable {
  id: string
  job_id: string
  rule: FindingView['rule']
  path: string
  detail: string
  message: string
  commit_id: string
  found_at: Millis
  waived_because: string | null
  waived_at: Millis | null
}

export interface DocumentsTable {
  id: string
  job_id: string
  name: string
  size: number
  media_type: string
  content: Uint8Array
  created_at: Millis
}

export interface EventsTable {
  job_id: string
  seq: number
  at: Millis
  type: string
  actor: string
  task_id: string | null
  attempt_id: string | null
  phase: Phase
  message: string
  data: Json<Record<string, unknown>>
}

export interface MessagesTable {
  id: string
  job_id: string
  agent_id: string
  text: string
  created_at: Millis
  delivered_at: Millis | null
  attempt_id: string | null
}

export interface PermissionsTable {
  id: string
  job_id: string
  task_id: string
  attempt_id: string
  agent_id: string
  title: string
  kind: string | null
  input: Json<PermissionView['input']>
  options: Json<PermissionView['options']>
  asked_at: Millis
  deadline: Millis
  outcome: PermissionOutcome | null
  option_id: string | null
  actor: string | null
  answered_at: Millis | null
}

export interface QuestionsTable {
  id: string
  job_id: string
  task_id: string
  attempt_id: string
  agent_id: string
  question: string
  choices: Json<string[]>
  asked_at: Millis
  deadline: Millis
  outcome: QuestionOutcome | null
  answer: string | null
  actor: string | null
  answered_at: Millis | null
}

export interface WorkersTable {
  id: string
  host: string
  pid: number
  slots: number
  started_at: Millis
  seen_at: Millis
  hold: string | null
}

export interface SettingsTable {
  key: string
  value: Json<unknown>
}

export interface SessionsTable {
  id: string
  secret_hash: string
  token_hash: string
  created_at: Millis
  last_seen_at: Millis
  user_agent: string
}

export interface SecretsTable {
  name: string
  sealed: string
  set_at: Millis
}

export interface ProvidersTable {
  name: string
  position: number
  /** The name of its secret in `secrets`, which is also in `value`. */
  secret: string | null
  value: Json<Provider>
  trouble: Json<ProviderTrouble> | null
  probe: Json<ProviderProbe> | null
}

export interface ModelCallsTable {
  id: string
  job_id: string | null
  task_id: string | null
  attempt_id: string | null
  role: Role | null
  backend: string
  provider: string
  wire: string
  model: string
  status: number | null
  outcome: string
  input_tokens: number
  cached_tokens: number
  cache_write_tokens: number
  output_tokens: number
  reasoning_tokens: number
  estimated: Flag
  cost_usd: number | null
  first_byte_ms: number | null
  duration_ms: number
  at: Millis
}
