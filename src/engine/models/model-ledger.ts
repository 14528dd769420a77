import { coalesce } from '../../lib/coalesce.ts'
import { newId } from '../../lib/ids.ts'
import type { CallRecord } from '../../models/gateway/call-record.ts'
import type { Database } from '../../store/database/database.ts'
import { addToAttempt, insertModelCalls, type ModelCallRow } from '../../store/models/model-calls.ts'
import { serverActOnJobs, type JobTransaction } from '../job-transactions.ts'

/** The maximum number of ledger lines written in one transaction. */
const WRITTEN_TOGETHER = 32

/**
 * Returns a function that writes a call to the ledger, its usage to the attempt, and an event: all three or none. Not
 * fenced by a lease, because the usage has been spent whichever worker owns the work by now.
 */
export function openLedger(db: Database): (record: CallRecord) => Promise<void> {
  const write = coalesce(async (records: readonly CallRecord[]) => {
    const rows = records.map(toRow)
    const jobIds = rows.map((row) => row.job_id).filter((id) => id !== null)
    await serverActOnJobs(db, jobIds, async (trx, find) => {
      await insertModelCalls(
        trx,
        rows.filter((row) => row.job_id === null || find(row.job_id) !== null),
      )
      for (const row of rows) {
        const job = row.job_id === null ? null : find(row.job_id)
        if (job !== null) await addUsage(job, row)
      }
    })
    return records.map(() => true)
  }, WRITTEN_TOGETHER)
  return async (record) => {
    await write(record)
  }
}

/** Adds the usage of a call to its attempt, with an event. */
async function addUsage({ trx, append }: JobTransaction, row: ModelCallRow): Promise<void> {
  const { attempt_id: attemptId } = row
  if (attemptId === null) return
  const usage = await addToAttempt(trx, { ...row, attempt_id: attemptId })
  if (usage === null) return
  const { role, provider, model, task_id: taskId } = row
  await append([
    {
      type: 'session.usage',
      actor: 'server',
      taskId,
      attemptId,
      message: `${usage.input_tokens + usage.output_tokens} tokens`,
      data: { ...usage, call: { role, provider, model, outcome: row.outcome } },
    },
  ])
}

function toRow({ caller, usage, ...record }: CallRecord): ModelCallRow {
  return {
    id: newId(),
    job_id: caller.jobId,
    task_id: caller.taskId,
    attempt_id: caller.attemptId,
    role: caller.role,
    backend: caller.backend,
    provider: record.provider,
    wire: record.wire,
    model: record.model,
    status: record.status,
    outcome: record.outcome,
    input_tokens: usage.input,
    cached_tokens: usage.cached,
    cache_write_tokens: usage.cacheWrite,
    output_tokens: usage.output,
    reasoning_tokens: usage.reasoning,
    estimated: record.estimated,
    cost_usd: record.cost,
    first_byte_ms: record.firstByteMs,
    duration_ms: record.durationMs,
    at: record.at,
  }
}
