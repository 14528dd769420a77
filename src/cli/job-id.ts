/**
 * Finds jobs by the beginning of their id. The ids are time-ordered (UUIDv7): jobs of the same minute share their first
 * eight characters, so the short form shown to people is the first thirteen, which differ by the millisecond.
 */
import type { Client } from '../client/open-client.ts'
import { badUsage, Failure } from './failure.ts'

const whole = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const beginning = /^[0-9a-f][0-9a-f-]{3,35}$/
const pageSize = 100
/** The maximum number of jobs searched for a prefix; the whole id always works. */
const searchLimit = 10_000

export function shortId(id: string): string {
  return id.slice(0, 13)
}

/** Returns the id of the only job whose id begins with `given` (at least 4 characters). Throws `Failure` for none or several. */
export async function findJobId(client: Client, input: string): Promise<string> {
  const prefix = input.toLowerCase()
  if (whole.test(prefix)) return prefix
  if (!beginning.test(prefix)) {
    throw badUsage(
      `"${input}" is not a job id: give at least its first 4 characters`,
      'slipway jobs lists them',
    )
  }
  const found: string[] = []
  for (let page = 1; page <= searchLimit / pageSize; page += 1) {
    const list = await client.listJobs({ page, page_size: pageSize })
    found.push(...list.jobs.map((job) => job.id).filter((id) => id.startsWith(prefix)))
    if (page * pageSize >= list.total) break
  }
  const [first, ...others] = [...new Set(found)]
  if (first === undefined) throw new Failure(`there is no job ${input}`, { hint: 'slipway jobs lists them' })
  if (others.length > 0) {
    const names = [first, ...others].slice(0, 5).join(', ')
    throw badUsage(
      `${others.length + 1} jobs begin with ${input}: ${names}${others.length > 4 ? ', …' : ''}`,
      'give more of the id',
    )
  }
  return first
}
