import type { RemovalReason, Retention, StoredJob } from '../../../src/contract/storage.ts'
import { duration } from '../../ui/text/time.ts'

const dayMs = 86_400_000
/** The time in ms within which a removal counts as soon, so that people can still download what they want. */
const soonMs = 7 * dayMs

/** Returns the retention in force as one sentence. */
export function retentionSentence({ days, gigabytes }: Retention): string {
  if (days === null && gigabytes === null) return 'Jobs are kept for good.'
  const age = days === 1 ? 'a day after they end' : `${days} days after they end`
  if (gigabytes === null) return `Jobs are removed ${age}.`
  const size = `all jobs together hold more than ${gigabytes} GB`
  return days === null
    ? `When ${size}, those that have ended are removed: first those somebody has a copy of, then the oldest.`
    : `Jobs are removed ${age}, or earlier when ${size}.`
}

export const reasons: Readonly<Record<RemovalReason, string>> = {
  age: 'too old',
  size: 'to make room',
}

/** Returns when a job is removed, and why; `now` in ms since the epoch. */
export function goesWords({ goes, goes_at }: Pick<StoredJob, 'goes' | 'goes_at'>, now: number): string {
  if (goes !== null) return `next, ${reasons[goes]}`
  if (goes_at === null) return 'stays'
  const left = Date.parse(goes_at) - now
  const days = Math.round(left / dayMs)
  return days < 2 ? `in ${duration(left)}` : `in ${days} days`
}

/** Returns the jobs that will be removed soon although nobody has a copy of their files, the next first. */
export function aboutToBeLost(jobs: readonly StoredJob[], now: number): readonly StoredJob[] {
  const at = ({ goes, goes_at }: StoredJob): number =>
    goes === null ? Date.parse(goes_at ?? '') : Number.NEGATIVE_INFINITY
  return jobs
    .filter((job) => job.taken_at === null && at(job) <= now + soonMs)
    .toSorted((a, b) => (at(a) < at(b) ? -1 : 1))
}
