import { coalesce } from '../lib/coalesce.ts'
import { newId } from '../lib/ids.ts'
import type { CallRecord } from '../models/call-record.ts'
import type { Database, Trx } from '../store/database.ts'
import { appendEvents } from '../store/events.ts'
import { lockJob } from '../store/jobs.ts'
import { addToAttempt, insertModelCalls, type ModelCallRow } from '../store/model-calls.ts'

/** Lines of the ledger that share one transaction. */
const WRITTEN_TOGETHER = 32

/**
 * Writes calls into the ledger, and what they used to their attempts, with an event: all three or none. It is not fenced by a
 * lease: what was spent was spent, whoever owns the work by now.
 */
export function openLedger(db: Database): (record: CallRecord) => Promise<void> {
  const write = coalesce(async (records: readonly CallRecord[]) => {
    const rows = records.map(toRow)
    await db.tx(async (trx) => {
      // The jobs first, in one order, as everywhere.
      const jobs = [...new Set(rows.map((row) => row.job_id).filter((id) => id !== null))].toSorted()
      const there = new Set<string>()
      for (const id of jobs) if ((await lockJob(trx, id)) !== null) there.add(id)
      const known = rows.filter((row) => row.job_id === null || there.has(row.job_id))
      await insertModelCalls(trx, known)
      for (const row of known) await tell(trx, row)
    })
    return records.map(() => true)
  }, WRITTEN_TOGETHER)
  return async (record) => {
    await write(record)
  }
}

async function tell(trx: Trx, row: ModelCallRow): Promise<void> {
  const { job_id: jobId, attempt_id: attemptId } = row
  if (jobId === null || attemptId === null) return
  const usage = await addToAttempt(trx, { ...row, attempt_id: attemptId })
  if (usage === null) return
  const { role, provider, model, task_id: taskId } = row
  await appendEvents(trx, jobId, [
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
