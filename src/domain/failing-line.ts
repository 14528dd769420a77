const MAX_CHARS = 200
const clues = [
  /^\s*(?:not ok \d+ - |✖ |✕ |× |FAIL(?:ED)?:? )(?!failing tests).{3,}$/m,
  /^.*\b(?:\w*Error|error|panic|assertion failed)\b.*$/m,
  /^\[(?:stopped after|ended by).*$/m,
]

/**
 * Returns the line of a log that explains a failure: the first that matches a known pattern, else the last; null for an
 * empty log.
 */
export function failingLine(log: string): string | null {
  const lines = log.split('\n').filter((line) => line.trim() !== '')
  const clue = clues.map((pattern) => pattern.exec(log)?.[0]).find((line) => line !== undefined)
  const line = (clue ?? lines.at(-1))?.trim()
  if (line === undefined) return null
  return line.length > MAX_CHARS ? `${line.slice(0, MAX_CHARS).toWellFormed()}…` : line
}
