import { sql } from 'kysely'
import type { BudgetView, Usage } from '../../contract/job.ts'
import type { Role } from '../../contract/words.ts'
import { toFlag, toMillis } from '../database/columns.ts'
import type { JobTrx, Reader, Trx } from '../database/database.ts'

/** A stored line of the ledger. */
export interface ModelCallRow {
  readonly id: string
  readonly job_id: string | null
  readonly task_id: string | null
  readonly attempt_id: string | null
  readonly role: Role | null
  readonly backend: string
  readonly provider: string
  readonly wire: string
  readonly model: string
  readonly status: number | null
  readonly outcome: string
  readonly input_tokens: number
  readonly cached_tokens: number
  readonly cache_write_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
  readonly estimated: boolean
  readonly cost_usd: number | null
  readonly first_byte_ms: number | null
  readonly duration_ms: number
  readonly at: Date
}

/** Adds any number of lines to the ledger in one statement. */
export async function insertModelCalls(trx: Trx, calls: readonly ModelCallRow[]): Promise<void> {
  if (calls.length === 0) return
  await trx
    .insertInto('model_calls')
    .values(calls.map((call) => ({ ...call, estimated: toFlag(call.estimated), at: toMillis(call.at) })))
    .execute()
}

/** Adds the usage of a call to its attempt; returns the sums, or null when there is no such attempt. */
export async function addToAttempt(
  trx: JobTrx,
  call: ModelCallRow & { readonly attempt_id: string },
): Promise<Usage | null> {
  const { cost_usd: cost } = call
  const unpriced = cost === null ? call.input_tokens + call.output_tokens : 0
  const row = await trx
    .updateTable('attempts')
    .set((old) => ({
      input_tokens: old('input_tokens', '+', call.input_tokens),
      output_tokens: old('output_tokens', '+', call.output_tokens),
      cached_tokens: old('cached_tokens', '+', call.cached_tokens),
      unpriced_tokens: old('unpriced_tokens', '+', unpriced),
      ...(cost === null ? {} : { cost_usd: old(old.fn.coalesce('cost_usd', old.lit(0)), '+', cost) }),
    }))
    .where('id', '=', call.attempt_id)
    .returning(['input_tokens', 'output_tokens', 'cached_tokens', 'unpriced_tokens', 'cost_usd'])
    .executeTakeFirst()
  return row ?? null
}

/** Returns the usage of a job's calls by role and model, highest first. */
export async function sumModelCalls(db: Reader, jobId: string): Promise<BudgetView['models']> {
  const rows = await db
    .selectFrom('model_calls')
    .select((row) => [
      'role',
      'provider',
      'model',
      row.fn.countAll<number>().as('calls'),
      row.fn.sum<number>('input_tokens').as('input_tokens'),
      row.fn.sum<number>('output_tokens').as('output_tokens'),
      row.fn.sum<number>('cached_tokens').as('cached_tokens'),
      sql<number>`sum(case when cost_usd is null then input_tokens + output_tokens else 0 end)`.as(
        'unpriced_tokens',
      ),
      row.fn.sum<number | null>('cost_usd').as('cost_usd'),
    ])
    .where('job_id', '=', jobId)
    .groupBy(['role', 'provider', 'model'])
    .orderBy(sql`sum(input_tokens + output_tokens)`, 'desc')
    .orderBy('role', (role) => role.asc().nullsLast())
    .orderBy('provider')
    .orderBy('model')
    .execute()
  return rows.map(({ role, provider, model, calls, ...usage }) => ({ role, provider, model, calls, usage }))
}
