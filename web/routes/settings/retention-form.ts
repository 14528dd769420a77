import { Retention, type StorageView, type StoredJob } from '../../../src/contract/storage.ts'

/** The retention as it is typed; an empty field is no limit. */
export interface TypedRetention {
  readonly days: string
  readonly gigabytes: string
}

export type RetentionField = keyof TypedRetention

const sentences: Readonly<Record<RetentionField, string>> = {
  days: 'Enter a whole number from 1 to 3650, or leave this empty.',
  gigabytes: 'Enter a number from 0.001 to 1,000,000, or leave this empty.',
}
const fields: readonly RetentionField[] = ['days', 'gigabytes']
const dayMs = 86_400_000

export function formOf({ days, gigabytes }: Retention): TypedRetention {
  return { days: days === null ? '' : String(days), gigabytes: gigabytes === null ? '' : String(gigabytes) }
}

/** Returns the retention that was typed, or what is wrong with each field. */
export function readRetention(
  form: TypedRetention,
):
  | { readonly retention: Retention }
  | { readonly faults: Readonly<Partial<Record<RetentionField, string>>> } {
  const read = Retention.safeParse({ days: numberOf(form.days), gigabytes: numberOf(form.gigabytes) })
  if (read.success) return { retention: read.data }
  const wrong = new Set(read.error.issues.map(({ path }) => path[0]))
  return {
    faults: Object.fromEntries(
      fields.filter((field) => wrong.has(field)).map((field) => [field, sentences[field]]),
    ),
  }
}

/** Returns null for an empty text, and NaN, which no retention accepts, for one that is no number. */
function numberOf(text: string): number | null {
  const typed = text.trim()
  if (typed === '') return null
  return /^\d+([.,]\d+)?$/.test(typed) ? Number(typed.replace(',', '.')) : Number.NaN
}

/** Returns the fields in which two retentions differ. */
export function changedFields(one: Retention, other: Retention): readonly RetentionField[] {
  return fields.filter((field) => one[field] !== other[field])
}

/** The jobs and bytes that a retention removes as soon as it is in force. */
export interface RetentionEffect {
  /** The jobs that are too old. */
  readonly old: readonly StoredJob[]
  /** The bytes by which the other jobs exceed the limit; 0 when none of them can be removed. */
  readonly excess: number
}

/** Returns what a retention would remove at once; `now` in ms since the epoch. */
export function effectOf({ days, gigabytes }: Retention, storage: StorageView, now: number): RetentionEffect {
  const ended = storage.jobs.filter((job) => job.completed_at !== null)
  const old = ended.filter((job) => days !== null && Date.parse(job.completed_at ?? '') + days * dayMs <= now)
  const left = old.reduce((bytes, job) => bytes - job.bytes, storage.bytes)
  const excess = gigabytes === null || old.length === ended.length ? 0 : left - gigabytes * 1e9
  return { old, excess: Math.max(0, excess) }
}
