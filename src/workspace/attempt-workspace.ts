import fs from 'node:fs'
import path from 'node:path'
import { git, gitText, identity } from './git.ts'
import type { JobRepository } from './job-repository.ts'
import type { WorkspacePool } from './pool.ts'

/** The directory an attempt may touch, with a private home beside it. */
export interface Workspace {
  readonly dir: string
  readonly home: string
  /** What its git needs to read outside of it: the objects of the job's repository. */
  readonly readable: readonly string[]
}

/** A clone at `commit` for the agent's convenience. It shares the job's objects, which it can read and not write. */
export async function prepareWorkspace(
  repository: JobRepository,
  options: { attemptDir: string; commit: string; pool?: WorkspacePool },
): Promise<Workspace> {
  const dir = path.join(options.attemptDir, 'ws')
  const home = path.join(options.attemptDir, 'home')
  const inner = path.join(dir, '.git')
  await fs.promises.mkdir(home, { recursive: true, mode: 0o700 })
  await fs.promises.mkdir(dir, { recursive: true, mode: 0o700 })
  await git(['init', '--quiet', '--template=', '--', dir])
  await fs.promises.mkdir(path.join(inner, 'info'), { recursive: true })
  await fs.promises.mkdir(path.join(inner, 'objects', 'info'), { recursive: true })
  await fs.promises.writeFile(
    path.join(inner, 'objects', 'info', 'alternates'),
    `${path.join(repository.dir, 'objects')}\n`,
  )
  await fs.promises.writeFile(path.join(inner, 'info', 'exclude'), '.slipway/\n')
  await fs.promises.appendFile(
    path.join(inner, 'config'),
    '[user]\n\tname = Slipway agent\n\temail = agent@slipway.invalid\n',
  )
  // Nobody but the server has written to this clone yet, so its git may be used this once.
  await git(['update-ref', 'refs/heads/main', options.commit], { gitDir: inner })
  await git(['reset', '--quiet', '--hard', options.commit], { gitDir: inner, workTree: dir, cwd: dir })
  return { dir, home, readable: [path.join(repository.dir, 'objects')] }
}

export interface Checkpoint {
  readonly commit: string
  readonly tree: string
  readonly changed: boolean
  /** How many files differ from the base. */
  readonly files: number
}

export interface CheckpointOptions {
  readonly attemptDir: string
  readonly base: string
  readonly ref: string
  readonly message: string
  readonly author: string
}

/**
 * Records what a workspace holds as a commit on `base`, with the server's own git directory and index: whatever the
 * agent did to the `.git` in there plays no part. `.slipway/` is left out. Safe to run twice.
 */
export async function checkpoint(repository: JobRepository, options: CheckpointOptions): Promise<Checkpoint> {
  const workTree = path.join(options.attemptDir, 'ws')
  const index = path.join(options.attemptDir, 'index')
  const exclude = path.join(options.attemptDir, 'exclude')
  await removeNestedGit(workTree)
  await fs.promises.rm(index, { force: true })
  await fs.promises.writeFile(exclude, '/.slipway/\n')
  const own = { gitDir: repository.dir, workTree, index, cwd: workTree }
  await git(['read-tree', options.base], own)
  await git(
    [
      '-c',
      `core.excludesFile=${exclude}`,
      '-c',
      'core.bare=false',
      'add',
      '--all',
      '--ignore-errors',
      '--',
      '.',
    ],
    { ...own, accept: [1] },
  )
  await git(['rm', '-r', '--quiet', '--cached', '--ignore-unmatch', '--', '.slipway'], {
    ...own,
    env: { GIT_LITERAL_PATHSPECS: '1' },
  })
  const tree = await gitText(['write-tree'], own)
  const before = await gitText(['rev-parse', `${options.base}^{tree}`], { gitDir: repository.dir })
  if (tree === before) return { commit: options.base, tree, changed: false, files: 0 }
  const commit = await gitText(['commit-tree', tree, '-p', options.base, '-m', options.message], {
    gitDir: repository.dir,
    env: identity(options.author),
  })
  await git(['update-ref', options.ref, commit], { gitDir: repository.dir })
  const names = await gitText(
    ['diff-tree', '-r', '--no-commit-id', '--name-only', '-z', options.base, commit],
    { gitDir: repository.dir },
  )
  return { commit, tree, changed: true, files: names.split('\0').filter((name) => name !== '').length }
}

/**
 * A repository inside the workspace would be recorded as a link to nothing: its `.git` is moved out of the way, so
 * that its files are recorded. The one at the top is git's own and is always passed over.
 */
async function removeNestedGit(workTree: string): Promise<void> {
  const walk = async (dir: string, top: boolean): Promise<void> => {
    for (const entry of await fs.promises.readdir(dir, { withFileTypes: true })) {
      const place = path.join(dir, entry.name)
      if (entry.name === '.git') {
        if (!top) await fs.promises.rm(place, { recursive: true, force: true })
      } else if (entry.isDirectory() && entry.name !== 'node_modules') {
        await walk(place, false)
      }
    }
  }
  await walk(workTree, true)
}
