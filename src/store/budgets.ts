import { sql } from 'kysely'
import { spentWords, type Limit, type Spending } from '../domain/budget.ts'
import type { Reader } from './database.ts'

/** The budget version of a job without a budget. */
const NO_BUDGET = -1

/** Returns the limit and the usage of a job, and how many times a person has set the limit; null when it has no budget. */
export async function readBudget(
  db: Reader,
  jobId: string,
): Promise<{ limit: Limit; used: Spending; version: number } | null> {
  const { rows } = await sql<{ limit: Partial<Limit> & { version?: number }; used: Spending }>`
    select j.budget as limit, (select json_build_object('tokens', coalesce(sum(input_tokens + output_tokens), 0),
      'usd', coalesce(sum(cost_usd), 0)) from attempts where job_id = j.id) as used
    from jobs j where j.id = ${jobId} and j.budget is not null`.execute(db)
  const [row] = rows
  if (row === undefined) return null
  const { tokens = null, usd = null, version = 0 } = row.limit
  return { limit: { tokens, usd }, used: row.used, version }
}

/** Describes the spent budget of a job, or null while it is not spent; with the number of times a person has set it. */
export async function readSpent(
  db: Reader,
  jobId: string,
): Promise<{ spent: string | null; budgetVersion: number }> {
  const budget = await readBudget(db, jobId)
  if (budget === null) return { spent: null, budgetVersion: NO_BUDGET }
  return { spent: spentWords(budget.limit, budget.used), budgetVersion: budget.version }
}
