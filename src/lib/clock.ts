/** Formats a time for the wire: ISO 8601, UTC, `Z`, milliseconds. */
export function isoTime(date: Date): string {
  return date.toISOString()
}
