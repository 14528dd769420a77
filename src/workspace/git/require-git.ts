import { AppError } from '../../lib/app-error.ts'
import { GitError, gitText } from './git.ts'

/** The oldest supported version: it introduced `git merge-tree --write-tree`, which merges work. */
const OLDEST = [2, 38] as const

/** Throws an `AppError` with an explanation when git is missing or too old, because no job could run without it. */
export async function requireGit(): Promise<void> {
  const needed = `git ${OLDEST.join('.')} or newer`
  let version: string
  try {
    version = await gitText(['--version'])
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    throw new AppError(
      'git_missing',
      `Slipway needs ${needed} and cannot run it: install it, then start again.`,
      {
        cause: error,
      },
    )
  }
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? []
  if (Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])) return
  throw new AppError(
    'git_too_old',
    `Slipway needs ${needed}; this is ${version}: upgrade it, then start again.`,
  )
}
