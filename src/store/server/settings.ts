import { Settings } from '../../contract/backend.ts'
import { fromJson, toJson, type Json } from '../database/columns.ts'
import type { Reader, Trx } from '../database/database.ts'

/** Returns the value of a setting as it was stored; null when there is none. */
export async function readSetting<T>(db: Reader, key: string): Promise<T | null>
export async function readSetting(db: Reader, key: string): Promise<unknown> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst()
  return row === undefined ? null : fromJson(row.value)
}

/**
 * Returns a setting and locks it until the end of the transaction, so that no other change is overwritten unseen. One that
 * does not exist is created with the value `first`.
 */
export async function lockSetting<T>(trx: Trx, key: string, first: T): Promise<T>
export async function lockSetting(trx: Trx, key: string, first: unknown): Promise<unknown> {
  const value: Json<unknown> = toJson(first)
  await trx
    .insertInto('settings')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
  const row = await trx
    .selectFrom('settings')
    .select('value')
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirstOrThrow()
  return fromJson(row.value)
}

export async function writeSetting(trx: Trx, key: string, value: unknown): Promise<void> {
  await trx
    .insertInto('settings')
    .values({ key, value: toJson(value) })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({ value: (row) => row.ref('excluded.value') }),
    )
    .execute()
}

/** Returns the settings that a person can change while the server runs; missing ones have their defaults. */
export async function readSettings(db: Reader): Promise<Settings> {
  return Settings.parse((await readSetting(db, 'settings')) ?? {})
}

/**
 * Like `readSettings`, for a transaction that changes them: other changes wait until it has ended, so that no change is
 * overwritten unseen.
 */
export async function lockSettings(trx: Trx): Promise<Settings> {
  return Settings.parse(await lockSetting(trx, 'settings', {}))
}

/** Writes changed settings that were read with `lockSettings`. */
export async function writeSettings(trx: Trx, settings: Settings): Promise<void> {
  await writeSetting(trx, 'settings', settings)
}
