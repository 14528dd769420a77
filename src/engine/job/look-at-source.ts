import { AppError } from '../../lib/app-error.ts'
import { findSource, usualBranch } from '../../workspace/source/find-source.ts'
import { SourceError } from '../../workspace/source/source-error.ts'
import { retryWithHelper } from '../insist-on-helper.ts'

/** The time limit of the check of a source, in ms: a request waits for the result. */
const LOOK_MS = 4000
/** The maximum number of sources checked concurrently. */
const LOOKS = 16

/** Returns the branch that a job from this source has; null means an empty start. */
export type SourceCheck = (source: string | null) => Promise<string>

/**
 * Returns a function that checks a source before its job is accepted; concurrent checks of one source share one check. It
 * throws `AppError`: 400 when no job can start from the source, 503 when too many are being checked.
 */
export function openSourceCheck(): SourceCheck {
  const underway = new Map<string, Promise<string>>()
  const inspect = async (source: string): Promise<string> => {
    try {
      return (await retryWithHelper(() => findSource(source, { timeoutMs: LOOK_MS }))).branch
    } catch (error) {
      if (error instanceof SourceError)
        throw new AppError('bad_source', error.message, {
          cause: error,
          issues: [{ path: 'source', message: error.message }],
        })
      throw error
    } finally {
      underway.delete(source)
    }
  }
  return async (source) => {
    if (source === null) return usualBranch
    const joined = underway.get(source)
    if (joined !== undefined) return joined
    if (underway.size >= LOOKS)
      throw new AppError('busy', 'Too many sources are being looked at: try again in a few seconds.')
    const looking = inspect(source)
    underway.set(source, looking)
    return looking
  }
}
