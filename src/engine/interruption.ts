import { isHelperGone } from '../lib/helper.ts'
import { isDatabaseAway } from '../store/database-away.ts'

/** Whether something that work stands on went away under it: no fault of the work's, which begins again and has used up nothing. */
export function isInterruption(error: unknown): boolean {
  return isDatabaseAway(error) || isHelperGone(error)
}
