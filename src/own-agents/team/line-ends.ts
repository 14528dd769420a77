/** Returns the line ending used most in a text; null when it has none. */
function lineEndOf(text: string): '\n' | '\r\n' | null {
  const all = text.split('\n').length - 1
  if (all === 0) return null
  return (text.split('\r\n').length - 1) * 2 > all ? '\r\n' : '\n'
}

/** Converts a text to the line endings of `file`, which a model does not see: it always writes `\n`. */
export function withLineEndsOf(file: string | null, text: string): string {
  const end = lineEndOf(file ?? '')
  return end === null ? text : text.replaceAll('\r\n', '\n').replaceAll('\n', end)
}
