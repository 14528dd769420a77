import { sql, type RawBuilder } from 'kysely'
import { storableJson } from './storable.ts'

/** A value for a jsonb column; always sent as text, because the drivers treat arrays differently. */
export function jsonb(value: unknown): RawBuilder<unknown> {
  return sql`${storableJson(value)}::jsonb`
}
