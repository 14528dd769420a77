import { sql } from 'kysely'
import type { BudgetView, Usage } from '../contract/job.ts'
import { isoTime } from '../lib/clock.ts'
import type { JobTrx, Reader, Trx } from './database.ts'
import { jsonb } from './json.ts'

/** A stored line of the ledger. */
export interface ModelCallRow {
  readonly id: string
  readonly job_id: string | null
  readonly task_id: string | null
  readonly attempt_id: string | null
  readonly role: string | null
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
  const list = calls.map((call) => ({ ...call, at: isoTime(call.at) }))
  await sql`
    insert into model_calls select * from jsonb_populate_recordset(null::model_calls, ${jsonb(list)})`.execute(
    trx,
  )
}

/** Adds the usage of a call to its attempt; returns the sums, or null when there is no such attempt. */
export async function addToAttempt(
  trx: JobTrx,
  call: ModelCallRow & { readonly attempt_id: string },
): Promise<Usage | null> {
  const unpriced = call.cost_usd === null ? call.input_tokens + call.output_tokens : 0
  const { rows } = await sql<Usage>`
    update attempts set input_tokens = input_tokens + ${call.input_tokens}, output_tokens = output_tokens + ${call.output_tokens},
      cached_tokens = cached_tokens + ${call.cached_tokens}, unpriced_tokens = unpriced_tokens + ${unpriced},
      cost_usd = case when ${call.cost_usd}::double precision is null then cost_usd
        else coalesce(cost_usd, 0) + ${call.cost_usd}::double precision end
    where id = ${call.attempt_id}
    returning input_tokens, output_tokens, cached_tokens, unpriced_tokens, cost_usd`.execute(trx)
  return rows[0] ?? null
}

/** Returns the usage of a job's calls by role and model, highest first. */
export async function sumModelCalls(db: Reader, jobId: string): Promise<BudgetView['models']> {
  const { rows } = await sql<BudgetView['models'][number]>`
    select role, provider, model, count(*)::int as calls,
      json_build_object('input_tokens', sum(input_tokens), 'output_tokens', sum(output_tokens), 'cached_tokens', sum(cached_tokens),
        'unpriced_tokens', coalesce(sum(input_tokens + output_tokens) filter (where cost_usd is null), 0),
        'cost_usd', sum(cost_usd)) as usage
    from model_calls where job_id = ${jobId}
    group by role, provider, model order by sum(input_tokens + output_tokens) desc, role, provider, model`.execute(
    db,
  )
  return rows
}
