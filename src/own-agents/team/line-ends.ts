/** How the lines of a text end, by most of them; null where it has none. */
function lineEndOf(text: string): '\n' | '\r\n' | null {
  const all = text.split('\n').length - 1
  if (all === 0) return null
  return (text.split('\r\n').length - 1) * 2 > all ? '\r\n' : '\n'
}

/** A text with the line ends that `file` has, which a model does not see: it writes `\n` whatever they are. */
export function withLineEndsOf(file: string | null, text: string): string {
  const end = lineEndOf(file ?? '')
  return end === null ? text : text.replaceAll('\r\n', '\n').replaceAll('\n', end)
}
