import { ApiError } from '../../../src/client/api-error.ts'
import type { JobRequest } from '../../../src/client/job-request.ts'
import type { Settings } from '../../../src/contract/backend.ts'
import { documentLimits } from '../../../src/contract/document-limits.ts'
import type { PermissionPolicy } from '../../../src/contract/permission.ts'
import type { Mode, Priority, Role } from '../../../src/contract/words.ts'
import { entriesOf } from '../../forms/entries.ts'

/** The values of the form. Numbers are kept as typed, so that a wrong one can be shown and corrected. */
export interface JobForm {
  readonly vision: string
  /** The chosen backend; undefined uses the server's default. */
  readonly backend: string | undefined
  readonly agents: Readonly<Partial<Record<Role, string>>>
  /** Empty: the provider or the backend decides. */
  readonly model: string
  readonly models: Readonly<Partial<Record<Role, string>>>
  readonly mode: Mode
  readonly source: string
  /** One command per line. */
  readonly checks: string
  /** One command per line. */
  readonly setup: string
  readonly approvePlan: boolean
  readonly permissions: PermissionPolicy
  readonly priority: Priority
  readonly tokens: string
  readonly usd: string
  readonly parallelism: string
  readonly documents: readonly File[]
}

/** The field an error belongs to; `form` when it belongs to none. */
export type JobField = Exclude<keyof JobForm, 'approvePlan' | 'permissions' | 'priority'> | 'form'
export type Problems = Readonly<Partial<Record<JobField, string>>>

export function emptyForm(defaults: Settings['defaults'] | undefined): JobForm {
  return {
    vision: '',
    backend: undefined,
    agents: {},
    model: '',
    models: {},
    mode: defaults?.mode ?? 'team',
    source: '',
    checks: (defaults?.checks ?? []).join('\n'),
    setup: '',
    approvePlan: defaults?.approve_plan ?? false,
    permissions: defaults?.permissions ?? 'sandbox',
    priority: 'normal',
    tokens: '',
    usd: '',
    parallelism: String(defaults?.parallelism ?? 2),
    documents: [],
  }
}

/** The key under which an unfinished form is stored. */
export const formKey = 'new-job'

/** Returns the stored fields of a form; files cannot be stored. */
export function keptForm(kept: unknown): Partial<JobForm> {
  if (typeof kept !== 'object' || kept === null) return {}
  const sample: object = { ...emptyForm(undefined), backend: '' }
  const shapes = new Map<string, unknown>(Object.entries(sample))
  return Object.fromEntries(
    Object.entries(kept).filter(
      ([field, value]) =>
        field !== 'documents' && value !== null && typeof value === typeof shapes.get(field),
    ),
  )
}

/** Returns the problems that can be found before anything is sent. */
export function problemsOf(form: JobForm): Problems {
  const problems: Partial<Record<JobField, string>> = {}
  if (form.vision.trim() === '') problems.vision = 'Say in a sentence what should be built.'
  const parallelism = Number(form.parallelism)
  if (!Number.isInteger(parallelism) || parallelism < 1 || parallelism > 16)
    problems.parallelism = 'A whole number from 1 to 16.'
  if (form.tokens !== '' && !(Number.isInteger(Number(form.tokens)) && Number(form.tokens) > 0))
    problems.tokens = 'A whole number of tokens, or empty for no limit.'
  if (form.usd !== '' && !(Number(form.usd) > 0))
    problems.usd = 'An amount in dollars, or empty for no limit.'
  const large = form.documents.find((file) => file.size > documentLimits.bytes)
  if (form.documents.length > documentLimits.count)
    problems.documents = `A job takes at most ${documentLimits.count} files, and these are ${form.documents.length}: remove some.`
  else if (large !== undefined)
    problems.documents = `“${large.name}” is larger than ${documentLimits.bytes / 1_000_000} MB: shorten or split it.`
  return problems
}

/** Converts the form to a request. A job with one agent has no plan, so there is none to approve. */
export function requestOf(form: JobForm, backend: string | undefined): JobRequest {
  const checks = entriesOf(form.checks)
  const setup = entriesOf(form.setup)
  const models = Object.entries(form.models).filter(([, model]) => model.trim() !== '')
  const budget = {
    ...(form.tokens === '' ? {} : { tokens: Number(form.tokens) }),
    ...(form.usd === '' ? {} : { usd: Number(form.usd) }),
  }
  return {
    vision: form.vision,
    mode: form.mode,
    checks,
    parallelism: Number(form.parallelism),
    permissions: form.permissions,
    approve_plan: form.mode === 'team' && form.approvePlan,
    ...(form.priority === 'normal' ? {} : { priority: form.priority }),
    ...(backend === undefined ? {} : { backend }),
    ...(setup.length === 0 ? {} : { setup }),
    ...(form.source.trim() === '' ? {} : { source: form.source.trim() }),
    ...(form.model.trim() === '' ? {} : { model: form.model.trim() }),
    ...(models.length === 0 || form.mode === 'solo' ? {} : { models: Object.fromEntries(models) }),
    ...(Object.keys(form.agents).length === 0 || form.mode === 'solo' ? {} : { agents: form.agents }),
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
  }
}

const fieldOfPath: Readonly<Record<string, JobField>> = {
  vision: 'vision',
  backend: 'backend',
  agents: 'agents',
  model: 'model',
  models: 'agents',
  mode: 'mode',
  source: 'source',
  checks: 'checks',
  setup: 'setup',
  parallelism: 'parallelism',
  'budget.tokens': 'tokens',
  'budget.usd': 'usd',
  documents: 'documents',
}

const fieldOfCode: Readonly<Record<string, JobField>> = {
  unknown_backend: 'backend',
  backend_unavailable: 'backend',
  no_backend: 'backend',
  bad_source: 'source',
  too_many_documents: 'documents',
  document_too_large: 'documents',
  bad_document_name: 'documents',
}

/** Returns the server's errors, each assigned to its field. */
export function refusedFields(error: Error | null): Problems {
  if (error === null) return {}
  if (!(error instanceof ApiError)) return { form: error.message }
  const byField = error.issues.map(({ path, message }): [JobField, string] => [
    fieldOfPath[path] ?? fieldOfPath[path.split('.', 1)[0] ?? ''] ?? 'form',
    message,
  ])
  if (byField.length > 0) return Object.fromEntries(byField.toReversed())
  return { [fieldOfCode[error.code] ?? 'form']: error.message }
}
