import type { CompiledQuery } from 'kysely'

/**
 * What agents and checks print may hold what no column can: NUL, and halves of pairs of surrogates. Everything that is on its
 * way to the database is cleaned here, so that nothing anybody says can lose what it belongs to.
 */
const REPLACEMENT = '\u{FFFD}'

/** A text that a column can hold: what it cannot hold became U+FFFD. */
function storableText(text: string): string {
  return text.replaceAll('\u0000', REPLACEMENT).toWellFormed()
}

function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  return Array.isArray(value) ? value.map(storableValue) : value
}

/** The query with parameters that columns can hold. */
export function storable(query: CompiledQuery): CompiledQuery {
  return { ...query, parameters: query.parameters.map(storableValue) }
}

/** A value as JSON that a jsonb column can hold: such characters are escapes in it, also in the names of fields. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value ?? null).replaceAll(
    // Each escape is looked at once, so that a backslash that is itself escaped begins none.
    /\\(u0000|ud[89a-f][\da-f]{2}|[^])/g,
    (escape, what: string) => (what.length === 1 ? escape : REPLACEMENT),
  )
}
