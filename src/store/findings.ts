import { sql } from 'kysely'
import type { FindingView } from '../contract/finding.ts'
import type { Finding } from '../domain/model.ts'
import { isoTime, isoTimeOrNull } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { JobTrx, Reader } from './database.ts'

/** An objection to a proof whose checks pass. */
export interface NewFinding {
  readonly rule: FindingView['rule']
  readonly path: string
  readonly detail: string
  readonly message: string
}

/** Stores the findings at a commit. A finding that was stored before is updated and keeps its waiver. */
export async function keepFindings(
  trx: JobTrx,
  jobId: string,
  commit: string,
  found: readonly NewFinding[],
): Promise<void> {
  for (const { rule, path, detail, message } of found) {
    await sql`
      insert into findings (id, job_id, rule, path, detail, message, commit, found_at)
      values (${newId()}, ${jobId}, ${rule}, ${path}, ${detail}, ${message}, ${commit}, ${new Date()})
      on conflict (job_id, rule, path, detail) do update set commit = excluded.commit, message = excluded.message`.execute(
      trx,
    )
  }
}

/** Returns all findings of a job in the form that the rules use. */
export async function readFindings(db: Reader, jobId: string): Promise<Finding[]> {
  const { rows } = await sql<Finding>`
    select id, message, commit, waived_at is not null as waived from findings where job_id = ${jobId} order by id`.execute(
    db,
  )
  return rows
}

type FindingRow = Omit<FindingView, 'found_at' | 'waived_at'> & { found_at: Date; waived_at: Date | null }

/** Returns the findings at the job's last checked commit, waived or not. */
export async function listFindings(db: Reader, jobId: string): Promise<FindingView[]> {
  const { rows } = await sql<FindingRow>`
    select id, rule, path, message, commit, case when waived_at is null then 'fail' else 'waived' end as verdict, waived_because,
      found_at, waived_at
    from findings where job_id = ${jobId} and commit = (
      select commit from checks where job_id = ${jobId} and task_id is null order by started_at desc limit 1)
    order by id`.execute(db)
  return rows.map((row) => ({
    ...row,
    found_at: isoTime(row.found_at),
    waived_at: isoTimeOrNull(row.waived_at),
  }))
}

/** Waives a finding; returns false when it was already waived. */
export async function waiveFinding(trx: JobTrx, id: string, because: string): Promise<boolean> {
  const result = await sql`
    update findings set waived_because = ${because}, waived_at = ${new Date()} where id = ${id} and waived_at is null`.execute(
    trx,
  )
  return result.numAffectedRows === 1n
}

/** Returns the files that the checkpoints of a job left out, each path once, at most 100. */
export async function listLeftOut(db: Reader, jobId: string): Promise<{ path: string; why: string }[]> {
  const { rows } = await sql<{ path: string; why: string }>`
    select distinct on (l ->> 'path') l ->> 'path' as path, l ->> 'why' as why
    from events, jsonb_array_elements(data -> 'left_out') as x(l)
    where job_id = ${jobId} and type = 'checkpoint.left_out' order by l ->> 'path' limit 100`.execute(db)
  return rows
}
