import { describeSpent, type Limit, type Spending } from '../../domain/budget.ts'
import { fromJsonOrNull } from '../database/columns.ts'
import type { Reader } from '../database/database.ts'
import { readUsage } from '../jobs.ts'

/** The budget version of a job without a budget. */
const NO_BUDGET = -1

/** Returns the limit and the usage of a job, and how many times a person has set the limit; null when it has no budget. */
export async function readBudget(
  db: Reader,
  jobId: string,
): Promise<{ limit: Limit; used: Spending; version: number } | null> {
  const row = await db.selectFrom('jobs').select('budget').where('id', '=', jobId).executeTakeFirst()
  const budget = fromJsonOrNull(row?.budget ?? null)
  if (budget === null) return null
  const { tokens = null, usd = null, version = 0 } = budget
  const used = await readUsage(db, jobId)
  return {
    limit: { tokens, usd },
    used: { tokens: used.input_tokens + used.output_tokens, usd: used.cost_usd ?? 0 },
    version,
  }
}

/** Describes the spent budget of a job, or null while it is not spent; with the number of times a person has set it. */
export async function readSpent(
  db: Reader,
  jobId: string,
): Promise<{ spent: string | null; budgetVersion: number }> {
  const budget = await readBudget(db, jobId)
  if (budget === null) return { spent: null, budgetVersion: NO_BUDGET }
  return { spent: describeSpent(budget.limit, budget.used), budgetVersion: budget.version }
}
