import { z } from 'zod'
import { CheckingView, CheckView, Usage } from '../job.ts'
import { PermissionOutcome, PermissionPolicy, PermissionView } from '../permission.ts'
import { Plan, Review } from '../plan.ts'
import { QuestionOutcome } from '../question.ts'
import { Mode, Phase, Priority, Proof, Role, Wait } from '../words.ts'

/**
 * The types of events, each with the shape of its `data`. The engine can append no other events, and docs/events.md is
 * generated from them. Readers do not rely on these shapes, because stored events are never rewritten and may come from
 * another version.
 */

const nothing = z.object({})
const commit = z.string()
const planned = z.object({ plan: Plan, version: z.int() })
/** Why work was interrupted through no fault of its own, and until when it waits. */
const held = z.object({ held: Wait.pick({ for: true, on: true }).extend({ until: z.string().optional() }) })
const check = z.object({
  command: z.string(),
  origin: CheckView.shape.origin,
  verdict: CheckView.shape.verdict,
  not_counted: CheckView.shape.not_counted,
  exit_code: CheckView.shape.exit_code,
  duration_ms: z.number(),
  commit,
})

const ofJob = {
  'job.created': z.object({ title: z.string(), backend: z.string(), mode: Mode }),
  'job.started': nothing,
  'job.phase': z.object({ phase: Phase }),
  'job.waiting': z.object({ wait: Wait }),
  'job.continued': nothing,
  'job.budget': z.object({ tokens: z.int().nullable(), usd: z.number().nullable() }),
  'job.priority': z.object({ priority: Priority }),
  'job.archived': nothing,
  'job.unarchived': nothing,
  'job.taken': z.object({ how: z.enum(['archive', 'clone']) }),
  'job.cancel_requested': nothing,
  'job.cancelled': nothing,
  'job.restarted': nothing,
  'job.delivered': z.object({ path: z.string(), commit }),
  'job.completed': z.object({
    proof: Proof,
    reason: z.string().nullable(),
    commit: commit.nullable(),
    path: z.string().nullable(),
  }),
  'job.proven': z.object({ proof: Proof, commit: commit.nullable() }),
  'job.failed': nothing,
  'job.rescued': nothing,

  'plan.proposed': planned,
  'plan.edited': planned,
  'plan.approved': z.object({ version: z.int() }),
  'plan.rejected': z.object({ note: z.string(), version: z.int() }),
  'plan.adopted': planned,

  'document.added': nothing,
  'document.removed': nothing,
} as const

const ofTask = {
  'task.created': z.object({
    key: z.string(),
    role: Role,
    depends_on: z.array(z.uuid()),
    checks: z.array(z.string()),
  }),
  'task.ready': nothing,
  'task.retried': z.object({ note: z.string().nullable(), freed: z.array(z.uuid()) }),
  'task.cancel_requested': nothing,
  'task.cancelled': nothing,
  'task.skipped': nothing,
  'task.merged': z.object({ commit: commit.nullable() }),
  'task.conflict': z.object({ files: z.array(z.string()) }),
  'task.completed': z.object({ commit: commit.nullable() }),
  'task.failed': nothing,
} as const

const ofAttempt = {
  'attempt.created': z.object({
    number: z.int(),
    kind: z.enum(['work', 'review']),
    agent: z.string(),
    backend: z.string(),
    feedback: z.array(z.object({ kind: z.string(), summary: z.string() })),
  }),
  'attempt.started': nothing,
  'attempt.progress': nothing,
  'attempt.waiting': nothing,
  'attempt.resumed': nothing,
  'attempt.commits_kept': z.object({
    refs: z.array(z.object({ commit, was: z.string(), ref: z.string() })),
  }),
  'attempt.commits_not_kept': z.object({ why: z.string(), dir: z.string() }),
  'attempt.succeeded': z.object({ commit: commit.nullable() }),
  'attempt.failed': nothing,
  'attempt.held': held,
  'checkpoint.left_out': z.object({ left_out: z.array(z.object({ path: z.string(), why: z.string() })) }),

  'review.verdict': z.object({ review: Review }),
  'review.failed': nothing,
  'review.held': held,

  'work.lost': z.object({ kind: z.string(), epoch: z.int() }),
  'work.cancelled': nothing,
} as const

const ofSession = {
  'session.prepared': z.object({ base_commit: commit }),
  'session.started': z.object({
    walls: z.string(),
    provider: z.string().nullable(),
    model: z.string().nullable(),
  }),
  'session.model': z.object({ model: z.string() }),
  'session.message': nothing,
  'session.thought': nothing,
  'session.tool_call': z.object({
    id: z.string(),
    status: z.string().nullable(),
    kind: z.string().nullable(),
    input: z.unknown(),
    output: z.string().nullable(),
    paths: z.array(z.string()),
    diffs: z.array(z.object({ path: z.string(), old: z.string().nullable(), new: z.string() })).optional(),
  }),
  'session.plan': z.object({ entries: z.array(z.object({ content: z.string(), status: z.string() })) }),
  'session.permission': z.object({ answer: z.string(), policy: PermissionPolicy }),
  'session.usage': Usage.partial({ cached_tokens: true, unpriced_tokens: true }).extend({
    call: z
      .object({ role: Role.nullable(), provider: z.string(), model: z.string(), outcome: z.string() })
      .optional(),
  }),
  'session.note': nothing,
  'session.capped': z.object({ dropped: z.int() }),
} as const

const ofPeople = {
  'permission.asked': z.object({
    permission_id: z.uuid(),
    ...PermissionView.pick({ title: true, kind: true, options: true, deadline: true }).shape,
  }),
  'permission.answered': z.object({
    permission_id: z.uuid(),
    outcome: PermissionOutcome,
    option_id: z.string().nullable(),
  }),
  'question.asked': z.object({
    question_id: z.uuid(),
    question: z.string(),
    choices: z.array(z.string()),
    deadline: z.string(),
  }),
  'question.answered': z.object({ question_id: z.uuid(), answer: z.string() }),
  'question.closed': z.object({ question_id: z.uuid(), outcome: QuestionOutcome }),
  'person.message': z.object({
    message_id: z.uuid(),
    agent_id: z.uuid(),
    text: z.string(),
    delivery: z.string(),
  }),
  'message.delivered': z.object({
    message_id: z.uuid(),
    agent_id: z.uuid(),
    by: z.enum(['brief', 'turn']),
  }),
} as const

const ofChecks = {
  'checks.started': nothing,
  'checks.none': nothing,
  'checks.failed': nothing,
  'checks.held': held,
  'check.started': CheckingView.omit({ started_at: true }),
  'check.finished': check,
  'setup.finished': check,
  'finding.found': z.object({
    rule: z.string(),
    path: z.string(),
    detail: z.string(),
    message: z.string(),
  }),
  'finding.waived': z.object({ finding_id: z.uuid(), reason: z.string() }),

  'merge.failed': nothing,
  'merge.held': held,
  'deliver.failed': nothing,
  'deliver.held': held,
} as const

export const eventData = {
  ...ofJob,
  ...ofTask,
  ...ofAttempt,
  ...ofSession,
  ...ofPeople,
  ...ofChecks,
} as const satisfies Readonly<Record<`${string}.${string}`, z.ZodObject>>

export type EventType = keyof typeof eventData
/** The first words of the types, by which they are grouped. */
export type EventGroup = EventType extends infer T
  ? T extends `${infer Group}.${string}`
    ? Group
    : never
  : never

/** The content of an event of a type: its message, and its `data` where it has some. A union over the types. */
export type EventContent<T extends EventType = EventType> = {
  [K in T]: { readonly type: K; readonly message: string } & DataOf<z.infer<(typeof eventData)[K]>>
}[T]

type DataOf<Data> =
  Data extends Readonly<Record<string, never>>
    ? { readonly data?: undefined }
    : { readonly data: DeepReadonly<Data> }

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T
