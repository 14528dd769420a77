/** Formats the input of a tool call: a command as text, anything else as data; null when there is none. */
export function inputText(input: unknown): string | null {
  if (input === null || input === undefined) return null
  if (typeof input === 'string') return input
  if (typeof input === 'object' && 'command' in input && typeof input.command === 'string')
    return input.command
  return JSON.stringify(input, null, 2)
}
