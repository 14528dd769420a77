import { isHelperEnded } from '../lib/helper.ts'
import { isDatabaseAway } from '../store/database/database-away.ts'

/**
 * Whether an error means that the database or a helper became unavailable. Then the work is repeated and its attempt does
 * not count.
 */
export function isInterruption(error: unknown): boolean {
  return isDatabaseAway(error) || isHelperEnded(error)
}

/** Whether the disk was full, for the server's own writes or for those of a git process that it ran. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : null
  return (
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    /No space left on device|Disk quota exceeded|database or disk is full/.test(error.message)
  )
}
