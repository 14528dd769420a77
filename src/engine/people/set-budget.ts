import type { BudgetChange } from '../../contract/job.ts'
import { describeSpent } from '../../domain/budget.ts'
import { isTerminal } from '../../domain/job.ts'
import { AppError } from '../../lib/app-error.ts'
import { readBudget } from '../../store/models/budgets.ts'
import { updateJob, type JobChange, type JobRow } from '../../store/jobs.ts'
import type { Engine } from '../engine.ts'
import { personAct } from '../job-transactions.ts'

/**
 * Changes the budget of a job. A job that waits for its budget continues; a change that would leave it waiting is refused.
 */
export async function setBudget(engine: Engine, id: string, change: BudgetChange): Promise<void> {
  await personAct(engine.db, id, async ({ trx, job, append }) => {
    if (isTerminal(job.status))
      throw new AppError('job_ended', `The job is ${job.status}: its budget is of no use any more.`)
    const budget = changed(job.budget, change)
    await updateJob(trx, id, { budget })
    const now = await readBudget(trx, id)
    const spent = now === null ? null : describeSpent(now.limit, now.used)
    if (spent !== null && job.wait?.for === 'budget')
      throw new AppError(
        'budget_too_small',
        `That is not enough to continue, because of ${spent}: set a larger budget.`,
      )
    await append([
      {
        type: 'job.budget',
        actor: 'person',
        message: `A person set the budget: ${describeBudget(budget)}.`,
        data: { tokens: budget?.tokens ?? null, usd: budget?.usd ?? null },
      },
    ])
  })
}

type Budget = JobRow['budget']

/** Applies a change: named limits are set, null removes a limit, the rest stays. Returns null when no limit remains. */
function changed(before: Budget, change: BudgetChange): NonNullable<JobChange['budget']> | null {
  const tokens = change.tokens === undefined ? before?.tokens : (change.tokens ?? undefined)
  const usd = change.usd === undefined ? before?.usd : (change.usd ?? undefined)
  if (tokens === undefined && usd === undefined) return null
  return { tokens, usd, version: (before?.version ?? 0) + 1 }
}

function describeBudget(budget: JobChange['budget']): string {
  const { tokens, usd } = budget ?? {}
  const parts = [
    tokens === undefined ? '' : `${new Intl.NumberFormat('en').format(tokens)} tokens`,
    usd === undefined ? '' : `$${usd}`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'no limit' : parts.join(' and ')
}
