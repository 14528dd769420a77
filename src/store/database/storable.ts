/**
 * The replacement for characters that no column can hold: NUL and lone surrogates, which the output of agents and checks
 * may contain. All parameters are cleaned here, so that such a character never makes a write fail.
 */
const REPLACEMENT = '\u{FFFD}'

/** Returns parameters of a query that columns can hold: other characters become U+FFFD. */
export function storable(parameters: readonly unknown[]): unknown[] {
  return parameters.map((value) =>
    typeof value === 'string' ? value.replaceAll('\u0000', REPLACEMENT).toWellFormed() : value,
  )
}

/** Returns a value as JSON that a column can hold: unstorable characters appear in it as escapes, also in field names. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value ?? null).replaceAll(
    // Every escape is matched once, so that an escaped backslash does not begin another one.
    /\\(u0000|ud[89a-f][\da-f]{2}|[^])/g,
    (escape, what: string) => (what.length === 1 ? escape : REPLACEMENT),
  )
}
