import { AppError } from '../../lib/app-error.ts'
import { findSource, usualBranch } from '../../workspace/find-source.ts'
import { SourceError } from '../../workspace/source-error.ts'
import { insistOnHelper } from '../insist-on-helper.ts'

/** For a look at a source, in milliseconds: somebody waits for the answer. */
const LOOK_MS = 4000
/** Sources that are looked at at a time. */
const LOOKS = 16

/** Gives the name of the branch that a job from this source has; null begins from nothing. */
export type SourceCheck = (source: string | null) => Promise<string>

/**
 * The look at a source before its job is accepted; those who name one source at the same time share it. Throws an `AppError`:
 * 400 when nothing can begin from the source, 503 when too many are being looked at.
 */
export function openSourceCheck(): SourceCheck {
  const underway = new Map<string, Promise<string>>()
  const look = async (source: string): Promise<string> => {
    try {
      return (await insistOnHelper(() => findSource(source, { timeoutMs: LOOK_MS }))).branch
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
    const looking = look(source)
    underway.set(source, looking)
    return looking
  }
}
