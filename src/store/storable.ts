import type { CompiledQuery } from 'kysely'

/**
 * The replacement for characters that no column can hold: NUL and lone surrogates, which the output of agents and checks
 * may contain. All parameters are cleaned here, so that such a character never makes a write fail.
 */
const REPLACEMENT = '\u{FFFD}'

/** Returns a text that a column can hold: other characters become U+FFFD. */
function storableText(text: string): string {
  return text.replaceAll('\u0000', REPLACEMENT).toWellFormed()
}

function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  return Array.isArray(value) ? value.map(storableValue) : value
}

/** Returns the query with parameters that columns can hold. */
export function storable(query: CompiledQuery): CompiledQuery {
  return { ...query, parameters: query.parameters.map(storableValue) }
}

/**
 * Returns a value as JSON that a jsonb column can hold: unstorable characters appear in it as escapes, also in field names.
 */
export function storableJson(value: unknown): string {
  return JSON.stringify(value ?? null).replaceAll(
    // Every escape is matched once, so that an escaped backslash does not begin another one.
    /\\(u0000|ud[89a-f][\da-f]{2}|[^])/g,
    (escape, what: string) => (what.length === 1 ? escape : REPLACEMENT),
  )
}
