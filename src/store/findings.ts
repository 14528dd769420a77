import type { FindingView } from '../contract/finding.ts'
import { CheckList } from '../contract/job.ts'
import type { Finding } from '../domain/model.ts'
import { clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { fromJson, toIso } from './database/columns.ts'
import type { JobTrx, Reader } from './database/database.ts'

/** An objection to a proof whose checks pass. */
export interface NewFinding {
  readonly rule: FindingView['rule']
  readonly path: string
  readonly detail: string
  readonly message: string
}

/** Stores the findings at a commit. A finding that was stored before is updated and keeps its waiver. */
export async function storeFindings(
  trx: JobTrx,
  jobId: string,
  commit: string,
  found: readonly NewFinding[],
): Promise<void> {
  if (found.length === 0) return
  await trx
    .insertInto('findings')
    .values(
      found.map(({ rule, path, detail, message }) => ({
        id: newId(),
        job_id: jobId,
        rule,
        path,
        detail,
        message,
        commit_id: commit,
        found_at: clock.now(),
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['job_id', 'rule', 'path', 'detail']).doUpdateSet({
        commit_id: (row) => row.ref('excluded.commit_id'),
        message: (row) => row.ref('excluded.message'),
      }),
    )
    .execute()
}

/** Returns all findings of a job in the form that the rules use. */
export async function readFindings(db: Reader, jobId: string): Promise<Finding[]> {
  const rows = await db
    .selectFrom('findings')
    .select(['id', 'message', 'commit_id', 'waived_at'])
    .where('job_id', '=', jobId)
    .orderBy('id')
    .execute()
  return rows.map(({ id, message, commit_id, waived_at }) => ({
    id,
    message,
    commit: commit_id,
    waived: waived_at !== null,
  }))
}

/** Returns the findings at the job's last checked commit, waived or not. */
export async function listFindings(db: Reader, jobId: string): Promise<FindingView[]> {
  const rows = await db
    .selectFrom('findings')
    .select([
      'id',
      'rule',
      'path',
      'message',
      'commit_id as commit',
      'waived_because',
      'found_at',
      'waived_at',
    ])
    .where('job_id', '=', jobId)
    .where('commit_id', '=', (row) =>
      row
        .selectFrom('checks')
        .select('checks.commit_id')
        .where('checks.job_id', '=', jobId)
        .where('checks.task_id', 'is', null)
        .orderBy('checks.started_at', 'desc')
        .limit(1),
    )
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    ...row,
    verdict: row.waived_at === null ? 'fail' : 'waived',
    found_at: toIso(row.found_at),
    waived_at: toIso(row.waived_at),
  }))
}

/** Waives a finding; returns false when it was already waived. */
export async function waiveFinding(trx: JobTrx, id: string, because: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('findings')
    .set({ waived_because: because, waived_at: clock.now() })
    .where('id', '=', id)
    .where('waived_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** The maximum number of files that are listed as left out. */
const LEFT_OUT = 100

/** Returns the files that the checkpoints of a job left out, each path once, at most 100. */
export async function listLeftOut(db: Reader, jobId: string): Promise<{ path: string; why: string }[]> {
  const rows = await db
    .selectFrom('events')
    .select('data')
    .where('job_id', '=', jobId)
    .where('type', '=', 'checkpoint.left_out')
    .orderBy('seq')
    .execute()
  const found = rows.flatMap((row) => CheckList.shape.left_out.parse(fromJson(row.data)['left_out']))
  return [...new Map(found.map((file) => [file.path, file])).values()]
    .toSorted((one, other) => (one.path < other.path ? -1 : 1))
    .slice(0, LEFT_OUT)
}
