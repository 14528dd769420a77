/** Milliseconds since 1970 with their fractions, comparable with the clocks of other processes of this machine. */
export function openClock(): () => number {
  const before = Date.now()
  while (Date.now() === before) {
    // The offset is exact at the moment the millisecond turns.
  }
  const offset = Date.now() - performance.now()
  return () => performance.now() + offset
}
