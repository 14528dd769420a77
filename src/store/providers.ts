import { sql } from 'kysely'
import type { Provider, ProviderProbe, ProviderTrouble } from '../contract/provider.ts'
import type { Reader, Trx } from './database.ts'
import { jsonb } from './json.ts'

/** A provider with its encrypted key; null when it needs none or has none. */
export interface ProviderRow extends Provider {
  readonly sealed: string | null
  readonly trouble: ProviderTrouble | null
  readonly probe: ProviderProbe | null
}

/** Returns the providers in the order in which they were added. */
export async function readProviders(db: Reader): Promise<ProviderRow[]> {
  const { rows } = await sql<Omit<ProviderRow, keyof Provider> & { value: Provider }>`
    select p.value, s.sealed, p.trouble, p.probe from providers p left join secrets s on s.name = p.value ->> 'secret'
    order by p.position`.execute(db)
  return rows.map(({ value, ...rest }) => ({ ...value, ...rest }))
}

/**
 * Like `readProviders`, for a transaction that writes based on the result: other writers wait until it has ended, even for
 * a provider that does not exist yet.
 */
export async function holdProviders(trx: Trx): Promise<ProviderRow[]> {
  await sql`lock table providers in share row exclusive mode`.execute(trx)
  return readProviders(trx)
}

/** Writes a provider and clears its trouble and probe, until it is tried again. */
export async function writeProvider(trx: Trx, provider: Provider): Promise<void> {
  await sql`
    insert into providers (name, value) values (${provider.name}, ${jsonb(provider)})
    on conflict (name) do update set value = excluded.value, trouble = null, probe = null`.execute(trx)
}

/** Returns false when there was none. */
export async function deleteProvider(trx: Trx, name: string): Promise<boolean> {
  const result = await sql`delete from providers where name = ${name}`.execute(trx)
  return result.numAffectedRows === 1n
}

/** Returns the providers whose calls fail until a person acts. */
export async function blockedProviders(db: Reader): Promise<{ name: string; on: string }[]> {
  const { rows } = await sql<{ name: string; on: string }>`
    select name, trouble ->> 'reason' as on from providers where trouble is not null order by position`.execute(
    db,
  )
  return rows
}

/** Stores why calls to a provider fail, or null when they may be tried again. Returns false when there is no such provider. */
export async function writeTrouble(
  trx: Trx,
  name: string,
  trouble: ProviderTrouble | null,
): Promise<boolean> {
  const result = await sql`
    update providers set trouble = ${trouble === null ? null : jsonb(trouble)} where name = ${name}`.execute(
    trx,
  )
  return result.numAffectedRows === 1n
}

/** Stores the result of a probe. */
export async function writeProbe(trx: Trx, name: string, probe: ProviderProbe): Promise<void> {
  await sql`update providers set probe = ${jsonb(probe)} where name = ${name}`.execute(trx)
}

/** Clears the trouble and probe of the providers that use this secret, which was set again. */
export async function forgiveProviders(trx: Trx, secret: string): Promise<void> {
  await sql`update providers set trouble = null, probe = null where value ->> 'secret' = ${secret}`.execute(
    trx,
  )
}
