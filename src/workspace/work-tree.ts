import fs from 'node:fs'
import path from 'node:path'
import { git, type GitOptions } from './git/git.ts'
import type { JobRepository } from './job-repository.ts'

/** Work trees are made again from their commit after a crash, so nothing of them is forced to disk. */
const settings: readonly string[] = ['core.fsync=none', 'core.bare=false']

/** Options of git in the `.git` of a work tree to which only the server has written. */
export function ownGit(dir: string): GitOptions {
  return { gitDir: path.join(dir, '.git'), workTree: dir, cwd: dir, settings }
}

/** Makes an empty work tree, with a `.git` of its own that has no commit and no objects yet. */
export async function makeWorkTree(dir: string): Promise<void> {
  const inner = path.join(dir, '.git')
  await git(['init', '--quiet', '--template=', '--', dir])
  await fs.promises.mkdir(path.join(inner, 'info'), { recursive: true })
  await fs.promises.mkdir(path.join(inner, 'objects', 'info'), { recursive: true })
  await fs.promises.appendFile(
    path.join(inner, 'config'),
    '[user]\n\tname = Slipway agent\n\temail = agent@slipway.invalid\n',
  )
}

/**
 * Makes the files of a work tree those of a commit. Where it held another commit, only the files that differ are written.
 * Only for trees to which nothing but this has written.
 */
export async function fillWorkTree(
  repository: JobRepository,
  commit: string,
  tree: { readonly dir: string; readonly index: string },
): Promise<void> {
  await git(['read-tree', '--reset', '-u', commit], {
    gitDir: repository.dir,
    workTree: tree.dir,
    index: tree.index,
    cwd: tree.dir,
    settings,
  })
}

/** Returns where a work tree keeps its index. */
export function indexOf(dir: string): string {
  return path.join(dir, '.git', 'index')
}
