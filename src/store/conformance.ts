import { sql } from 'kysely'
import { Conformance } from '../contract/conformance.ts'
import type { Reader, Trx } from './database.ts'
import { jsonb } from './json.ts'

const PREFIX = 'conformance:'

/** Returns the results of the conformance kit, keyed by the names of the backends. */
export async function readConformance(db: Reader): Promise<ReadonlyMap<string, Conformance>> {
  const { rows } = await sql<{ key: string; value: unknown }>`
    select key, value from settings where key ^@ ${PREFIX}`.execute(db)
  return new Map(
    rows.flatMap(({ key, value }) => {
      // A result of an older version may not match the schema: it counts as if the kit had not been run.
      const known = Conformance.safeParse(value)
      return known.success ? [[key.slice(PREFIX.length), known.data] as const] : []
    }),
  )
}

export async function writeConformance(trx: Trx, backend: string, found: Conformance): Promise<void> {
  await sql`
    insert into settings (key, value) values (${PREFIX + backend}, ${jsonb(found)})
    on conflict (key) do update set value = excluded.value`.execute(trx)
}

/** Deletes the results of a backend, because another program under the same name is another backend. */
export async function forgetConformance(trx: Trx, backend: string): Promise<void> {
  await sql`delete from settings where key = ${PREFIX + backend}`.execute(trx)
}
