/** Formats durations in words (`3 min 12 s`) and as a clock (`3:12`), both from milliseconds; negative counts as zero. */

export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(Math.max(0, ms))} ms`
  const seconds = ms / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function onClock(ms: number): string {
  const whole = Math.floor(Math.max(0, ms) / 1000)
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
}

/**
 * Returns the ms from one ISO time to another, or to `now` (milliseconds since the epoch) while there is no end; null
 * without a start.
 */
export function spanMs(from: string | null, to: string | null, now: number): number | null {
  if (from === null) return null
  return (to === null ? now : Date.parse(to)) - Date.parse(from)
}
