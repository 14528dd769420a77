import { sql, type RawBuilder } from 'kysely'

/** A value for a jsonb column: always as text, because the drivers disagree about arrays. */
export function jsonb(value: unknown): RawBuilder<unknown> {
  return sql`${JSON.stringify(value)}::jsonb`
}
