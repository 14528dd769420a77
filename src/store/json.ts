import { sql, type RawBuilder } from 'kysely'
import { storableJson } from './storable.ts'

/** A value for a jsonb column: always as text, because the drivers disagree about arrays. */
export function jsonb(value: unknown): RawBuilder<unknown> {
  return sql`${storableJson(value)}::jsonb`
}
