import { sql } from 'kysely'
import type { SecretView } from '../contract/provider.ts'
import { isoTime } from '../lib/clock.ts'
import type { Reader, Trx } from './database.ts'

export async function writeSecret(trx: Trx, name: string, sealed: string): Promise<void> {
  await sql`
    insert into secrets (name, sealed, set_at) values (${name}, ${sealed}, ${new Date()})
    on conflict (name) do update set sealed = excluded.sealed, set_at = excluded.set_at`.execute(trx)
}

/** Returns false when there was none. */
export async function deleteSecret(trx: Trx, name: string): Promise<boolean> {
  const result = await sql`delete from secrets where name = ${name}`.execute(trx)
  return result.numAffectedRows === 1n
}

export async function listSecrets(db: Reader): Promise<SecretView[]> {
  const { rows } = await sql<{ name: string; set_at: Date }>`
    select name, set_at from secrets order by name`.execute(db)
  return rows.map((row) => ({ name: row.name, set_at: isoTime(row.set_at) }))
}
