/** Formats a time for the wire: ISO 8601, UTC, `Z`, milliseconds. */
export function isoTime(date: Date): string {
  return date.toISOString()
}

/** Like `isoTime`, for a column that may be null. */
export function isoTimeOrNull(date: Date | null): string | null {
  return date === null ? null : date.toISOString()
}
