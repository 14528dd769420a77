import { sql } from 'kysely'
import { Settings } from '../contract/backend.ts'
import type { Reader, Trx } from './database.ts'
import { jsonb } from './json.ts'

/** Returns the settings that a person can change while the server runs; missing ones have their defaults. */
export async function readSettings(db: Reader): Promise<Settings> {
  const { rows } = await sql<{ value: unknown }>`select value from settings where key = 'settings'`.execute(
    db,
  )
  return Settings.parse(rows[0]?.value ?? {})
}

/**
 * Like `readSettings`, for a transaction that changes them: other changes wait until it has ended, so that no change is
 * overwritten unseen.
 */
export async function holdSettings(trx: Trx): Promise<Settings> {
  await sql`
    insert into settings (key, value) values ('settings', ${jsonb({})}) on conflict (key) do nothing`.execute(
    trx,
  )
  const { rows } = await sql<{ value: unknown }>`
    select value from settings where key = 'settings' for update`.execute(trx)
  return Settings.parse(rows[0]?.value ?? {})
}

/** Writes changed settings that were read with `holdSettings`. */
export async function writeSettings(trx: Trx, settings: Settings): Promise<void> {
  await sql`
    insert into settings (key, value) values ('settings', ${jsonb(settings)})
    on conflict (key) do update set value = excluded.value`.execute(trx)
}
