import type { Provider, ProviderProbe, ProviderTrouble } from '../../contract/provider.ts'
import { fromJson, fromJsonOrNull, toJson, toJsonOrNull } from '../database/columns.ts'
import type { Reader, Trx } from '../database/database.ts'
import { lockSetting } from '../server/settings.ts'

/** A provider with its encrypted key; null when it needs none or has none. */
export interface ProviderRow extends Provider {
  readonly sealed: string | null
  readonly trouble: ProviderTrouble | null
  readonly probe: ProviderProbe | null
}

/** Returns the providers in the order in which they were added. */
export async function readProviders(db: Reader): Promise<ProviderRow[]> {
  const rows = await db
    .selectFrom('providers as p')
    .leftJoin('secrets as s', 's.name', 'p.secret')
    .select(['p.value', 's.sealed', 'p.trouble', 'p.probe'])
    .orderBy('p.position')
    .execute()
  return rows.map(({ value, sealed, trouble, probe }) => ({
    ...fromJson(value),
    sealed,
    trouble: fromJsonOrNull(trouble),
    probe: fromJsonOrNull(probe),
  }))
}

/**
 * Like `readProviders`, for a transaction that writes based on the result: other writers wait until it has ended, even for
 * a provider that does not exist yet.
 */
export async function lockProviders(trx: Trx): Promise<ProviderRow[]> {
  await lockSetting(trx, 'providers', {})
  return readProviders(trx)
}

/**
 * Writes a provider and clears its trouble and probe, until it is tried again. A new one is added at the end; the caller
 * must have called `lockProviders`.
 */
export async function writeProvider(trx: Trx, provider: Provider): Promise<void> {
  const last = await trx
    .selectFrom('providers')
    .select((row) => row.fn.max('position').as('position'))
    .executeTakeFirst()
  await trx
    .insertInto('providers')
    .values({
      name: provider.name,
      position: (last?.position ?? 0) + 1,
      secret: provider.secret ?? null,
      value: toJson(provider),
    })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({
        secret: (row) => row.ref('excluded.secret'),
        value: (row) => row.ref('excluded.value'),
        trouble: null,
        probe: null,
      }),
    )
    .execute()
}

/** Returns false when there was none. */
export async function deleteProvider(trx: Trx, name: string): Promise<boolean> {
  const { numDeletedRows } = await trx.deleteFrom('providers').where('name', '=', name).executeTakeFirst()
  return numDeletedRows === 1n
}

/** Returns the providers whose calls fail until a person acts. */
export async function blockedProviders(db: Reader): Promise<{ name: string; on: string }[]> {
  const rows = await db
    .selectFrom('providers')
    .select(['name', 'trouble'])
    .where('trouble', 'is not', null)
    .orderBy('position')
    .execute()
  return rows.map(({ name, trouble }) => ({ name, on: fromJsonOrNull(trouble)?.reason ?? '' }))
}

/** Stores why calls to a provider fail, or null when they may be tried again. Returns false when there is no such provider. */
export async function writeTrouble(
  trx: Trx,
  name: string,
  trouble: ProviderTrouble | null,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('providers')
    .set({ trouble: toJsonOrNull(trouble) })
    .where('name', '=', name)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Stores the result of a probe. */
export async function writeProbe(trx: Trx, name: string, probe: ProviderProbe): Promise<void> {
  await trx
    .updateTable('providers')
    .set({ probe: toJson(probe) })
    .where('name', '=', name)
    .execute()
}

/** Clears the trouble and probe of the providers that use this secret, which was set again. */
export async function forgiveProviders(trx: Trx, secret: string): Promise<void> {
  await trx
    .updateTable('providers')
    .set({ trouble: null, probe: null })
    .where('secret', '=', secret)
    .execute()
}
