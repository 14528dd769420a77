import { usualReportsDir } from '../contract/brief.ts'
import { git } from './git/git.ts'
import type { JobRepository } from './job-repository.ts'

/** Names that are tried when the repository uses the usual one. */
const OTHERS = Array.from({ length: 20 }, (_, n) => `${usualReportsDir}-${n + 2}`)

/**
 * Returns the name of the directory of a workspace that holds the task's brief, its documents and the agent's reports. It
 * is never part of the work: a directory of that name in the repository at `commit` is left alone, and another name is
 * used.
 */
export async function reportsDirAt(repository: JobRepository, commit: string): Promise<string> {
  const { stdout } = await git(['ls-tree', '-z', '--name-only', commit, '--', usualReportsDir, ...OTHERS], {
    gitDir: repository.dir,
  })
  const tracked = new Set(stdout.toString('utf8').split('\0'))
  const free = [usualReportsDir, ...OTHERS].find((name) => !tracked.has(name))
  if (free === undefined)
    throw new Error(`The repository has every name from ${usualReportsDir} to ${OTHERS.at(-1)}.`)
  return free
}
