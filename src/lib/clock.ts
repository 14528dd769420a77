/**
 * The time. The linter refuses every other way to it outside this room, so that it could be simulated, as timers
 * (timers.ts) and chance (chance.ts) could.
 */
export const clock = {
  /** Returns the time in ms since the epoch. A correction of the machine's clock moves it, back too. */
  now: (): number => Date.now(),
  /** Returns the time as a date. */
  date: (): Date => new Date(),
  /** Returns the time for the wire. */
  iso: (): string => isoTime(new Date()),
  /** Returns ms since some moment in the past, for durations: it never decreases. */
  steady: (): number => performance.now(),
}

/** Formats a time for the wire: ISO 8601, UTC, `Z`, milliseconds. */
export function isoTime(date: Date): string {
  return date.toISOString()
}
