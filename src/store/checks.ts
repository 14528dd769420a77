import type { CheckView } from '../contract/job.ts'
import type { CheckKind, CheckOrigin, Verdict } from '../contract/words.ts'
import { newId } from '../lib/ids.ts'
import { fromJson, toFlag, toIso, toJson, toMillis } from './database/columns.ts'
import type { JobTrx, Reader } from './database/database.ts'

/** Evidence of a check that the server ran. Rows are only ever added. */
export interface NewCheck {
  readonly kind: CheckKind
  readonly origin: CheckOrigin
  readonly command: string
  readonly verdict: Verdict
  readonly notCounted: string | null
  readonly exitCode: number | null
  readonly durationMs: number
  readonly commit: string
  readonly log: string
  readonly logTruncated: boolean
  readonly versions: Readonly<Record<string, string>>
  readonly walls: string
  readonly startedAt: Date
}

export async function insertChecks(
  trx: JobTrx,
  of: { jobId: string; workId: string; taskId: string | null; attemptId: string | null },
  checks: readonly NewCheck[],
): Promise<void> {
  if (checks.length === 0) return
  const { before } = await trx
    .selectFrom('checks')
    .select((row) => row.fn.count<number>('work_id').distinct().as('before'))
    .where('job_id', '=', of.jobId)
    .where('task_id', of.taskId === null ? 'is' : '=', of.taskId)
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('checks')
    .values(
      checks.map((check, position) => ({
        id: newId(),
        job_id: of.jobId,
        work_id: of.workId,
        task_id: of.taskId,
        attempt_id: of.attemptId,
        round: before + 1,
        position,
        kind: check.kind,
        origin: check.origin,
        command: check.command,
        verdict: check.verdict,
        not_counted: check.notCounted,
        exit_code: check.exitCode,
        duration_ms: check.durationMs,
        commit_id: check.commit,
        log: check.log,
        log_truncated: toFlag(check.logTruncated),
        versions: toJson(check.versions),
        walls: check.walls,
        started_at: toMillis(check.startedAt),
      })),
    )
    .execute()
}

export async function listChecks(db: Reader, jobId: string): Promise<CheckView[]> {
  const rows = await db
    .selectFrom('checks')
    .select(['id', 'task_id', 'attempt_id', 'round', 'kind', 'origin', 'command', 'verdict', 'not_counted'])
    .select(['exit_code', 'duration_ms', 'commit_id as commit', 'log', 'log_truncated', 'versions', 'walls'])
    .select('started_at')
    .where('job_id', '=', jobId)
    .orderBy('started_at')
    .orderBy('position')
    .execute()
  return rows.map((row) => ({
    ...row,
    log_truncated: row.log_truncated === 1,
    versions: fromJson(row.versions),
    scope: row.task_id === null ? 'job' : 'task',
    started_at: toIso(row.started_at),
  }))
}
