import { isHelperGone } from '../lib/helper.ts'
import { isDatabaseAway } from '../store/database-away.ts'

/** Whether something that work stands on went away under it: no fault of the work's, which begins again and has used up nothing. */
export function isInterruption(error: unknown): boolean {
  return isDatabaseAway(error) || isHelperGone(error)
}

/** Whether the disk was full: of the server's own writes, or of those of a git that it ran. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : null
  return (
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    /No space left on device|Disk quota exceeded/.test(error.message)
  )
}
