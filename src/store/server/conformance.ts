import { Conformance } from '../../contract/conformance.ts'
import { fromJson } from '../database/columns.ts'
import type { Reader, Trx } from '../database/database.ts'
import { writeSetting } from './settings.ts'

const PREFIX = 'conformance:'

/** Returns the results of the conformance kit, keyed by the names of the backends. */
export async function readConformance(db: Reader): Promise<ReadonlyMap<string, Conformance>> {
  const rows = await db.selectFrom('settings').selectAll().where('key', 'like', `${PREFIX}%`).execute()
  return new Map(
    rows.flatMap(({ key, value }) => {
      // A result of an older version may not match the schema: it counts as if the kit had not been run.
      const parsed = Conformance.safeParse(fromJson(value))
      return parsed.success ? [[key.slice(PREFIX.length), parsed.data] as const] : []
    }),
  )
}

export async function writeConformance(trx: Trx, backend: string, found: Conformance): Promise<void> {
  await writeSetting(trx, PREFIX + backend, found)
}

/** Deletes the results of a backend, because another program under the same name is another backend. */
export async function forgetConformance(trx: Trx, backend: string): Promise<void> {
  await trx
    .deleteFrom('settings')
    .where('key', '=', PREFIX + backend)
    .execute()
}
