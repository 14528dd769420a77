import { sql } from 'kysely'
import { Settings } from '../contract/backend.ts'
import type { Reader, Trx } from './database.ts'
import { jsonb } from './json.ts'

/** The settings that a person can change while the server runs; missing ones have their defaults. */
export async function readSettings(db: Reader): Promise<Settings> {
  const { rows } = await sql<{ value: unknown }>`select value from settings where key = 'settings'`.execute(
    db,
  )
  return Settings.parse(rows[0]?.value ?? {})
}

/**
 * As `readSettings`, for who changes them in this transaction: another change waits until it has ended, so that none writes over
 * what it has not seen.
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

/** Writes settings that `holdSettings` gave, changed. */
export async function writeSettings(trx: Trx, settings: Settings): Promise<void> {
  await sql`
    insert into settings (key, value) values ('settings', ${jsonb(settings)})
    on conflict (key) do update set value = excluded.value`.execute(trx)
}
