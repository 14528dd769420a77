import { waitFor } from '../lib/waiting.ts'
import { fits, describeSpent, type Limit, type Spending } from '../domain/budget.ts'

/**
 * Keeps the calls of a job within its budget. A call reserves the maximum that it may use before it is sent; one that may
 * not fit together with the others waits until they have ended, so that a job exceeds its limit by at most one call.
 */
export interface BudgetGate {
  /** Returns a function that releases the call's share, or the reason why it must not be sent. Rejects when the signal aborts. */
  reserve(jobId: string, share: Share, signal: AbortSignal): Promise<(() => void) | Spent>
}

/** The reason why the budget is used up; `version` is the version of the budget. */
export interface Spent {
  readonly on: string
  readonly version: number
}

/** The maximum that a call may use, as far as it can be estimated; `usd` is null when its price is not known. */
export interface Share {
  readonly tokens: number
  readonly usd: number | null
  readonly model: string
}

export type ReadBudget = (
  jobId: string,
) => Promise<{ readonly limit: Limit; readonly used: Spending; readonly version: number } | null>

export function openBudgetGate(read: ReadBudget): BudgetGate {
  const underway = new Map<string, Set<Spending>>()
  const turns = new Map<string, Promise<unknown>>()
  const waiting = new Map<string, PromiseWithResolvers<void>>()

  /** Serialises the decisions of each job: two concurrent ones would both find room. */
  const inTurn = <T>(jobId: string, decide: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(jobId) ?? Promise.resolve()).then(decide, decide)
    const settled = turn.then(
      () => undefined,
      () => undefined,
    )
    turns.set(jobId, settled)
    void settled.then(() => turns.get(jobId) === settled && turns.delete(jobId))
    return turn
  }
  const release = (jobId: string, spending: Spending): void => {
    const mine = underway.get(jobId)
    mine?.delete(spending)
    if (mine?.size === 0) underway.delete(jobId)
    waiting.get(jobId)?.resolve()
    waiting.delete(jobId)
  }
  const tryNow = async (jobId: string, share: Share): Promise<(() => void) | Spent | null> => {
    const budget = await read(jobId)
    if (budget === null) return () => undefined
    const { limit, used, version } = budget
    const spent = describeSpent(limit, used)
    if (spent !== null) return { on: spent, version }
    if (limit.usd !== null && share.usd === null) {
      const on = `the unknown price of "${share.model}": add it to prices.json and set the budget again, or set only a budget in tokens`
      return { on, version }
    }
    const spending = { tokens: share.tokens, usd: share.usd ?? 0 }
    const others = underway.get(jobId) ?? new Set()
    if (others.size > 0 && !fits(limit, used, [...others, spending])) return null
    underway.set(jobId, others.add(spending))
    return () => release(jobId, spending)
  }
  return {
    async reserve(jobId, share, signal) {
      for (;;) {
        signal.throwIfAborted()
        // Before the check, so that a share released in the meantime is not missed.
        const next = waiting.get(jobId) ?? Promise.withResolvers<void>()
        waiting.set(jobId, next)
        const outcome = await inTurn(jobId, () => tryNow(jobId, share))
        if (outcome !== null) {
          if (!underway.has(jobId)) waiting.delete(jobId)
          return outcome
        }
        await waitFor(next.promise, { signal }, () => {
          throw new Error('the agent has gone')
        })
      }
    },
  }
}
