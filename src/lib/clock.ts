/** The time as the wire wants it: ISO 8601, UTC, `Z`, milliseconds. */
export function isoTime(date: Date): string {
  return date.toISOString()
}

/** As `isoTime`, for a column that may be empty. */
export function isoTimeOrNull(date: Date | null): string | null {
  return date === null ? null : date.toISOString()
}
