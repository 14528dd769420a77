import { sql } from 'kysely'
import type { Feedback } from '../domain/model.ts'
import type { Trx } from './database.ts'
import { jsonb } from './json.ts'

/**
 * Puts a task back to where nobody has begun it, with all its tries: attempts made so far no longer count. The notes
 * are what every attempt from now on is told first.
 */
export async function startOver(trx: Trx, taskId: string, notes: readonly Feedback[]): Promise<void> {
  await sql`
    update tasks set status = 'pending', error = null, completed_at = null, notes = ${jsonb(notes)},
      tries_from = 1 + (select count(*) from attempts x where x.task_id = ${taskId} and x.kind = 'work')
    where id = ${taskId}`.execute(trx)
}
