import type { SecretView } from '../../contract/provider.ts'
import { clock } from '../../lib/clock.ts'
import { toIso } from '../database/columns.ts'
import type { Reader, Trx } from '../database/database.ts'

export async function writeSecret(trx: Trx, name: string, sealed: string): Promise<void> {
  await trx
    .insertInto('secrets')
    .values({ name, sealed, set_at: clock.now() })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({
        sealed: (row) => row.ref('excluded.sealed'),
        set_at: (row) => row.ref('excluded.set_at'),
      }),
    )
    .execute()
}

/** Returns false when there was none. */
export async function deleteSecret(trx: Trx, name: string): Promise<boolean> {
  const { numDeletedRows } = await trx.deleteFrom('secrets').where('name', '=', name).executeTakeFirst()
  return numDeletedRows === 1n
}

export async function listSecrets(db: Reader): Promise<SecretView[]> {
  const rows = await db.selectFrom('secrets').select(['name', 'set_at']).orderBy('name').execute()
  return rows.map(({ name, set_at }) => ({ name, set_at: toIso(set_at) }))
}
