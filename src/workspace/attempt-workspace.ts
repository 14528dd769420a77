import fs from 'node:fs'
import path from 'node:path'
import { usualReportsDir } from '../contract/brief.ts'
import { git, GitError, gitText, identity } from './git/git.ts'
import { headRef, type JobRepository } from './job-repository.ts'
import { junkPatterns, leaveOut, type LeftOut } from './left-out.ts'
import { borrowedObjects } from './source/mirror.ts'
import type { ReadyTrees } from './ready-trees.ts'
import { reportsDirAt } from './reports-dir.ts'
import { strictFlag } from './source/tolerated-faults.ts'
import { fillWorkTree, indexOf, makeWorkTree, ownGit } from './work-tree.ts'

/** The directory that an attempt may use, with a private home next to it. */
export interface Workspace {
  readonly dir: string
  readonly home: string
  /** The name of its directory for files that are not part of the work. */
  readonly reports: string
  /** Paths outside it that its git must be able to read: the objects of the job's repository, and those that it borrows. */
  readonly readable: readonly string[]
}

/** Makes a workspace in a directory of its own, without a job's repository: for trials of a backend. */
export async function makeBareWorkspace(root: string): Promise<Workspace> {
  const dir = path.join(root, 'ws')
  await fs.promises.mkdir(dir, { recursive: true, mode: 0o700 })
  return { dir, home: path.join(root, 'home'), reports: usualReportsDir, readable: [] }
}

/** Makes a clone at `commit` for the agent's use. It shares the job's objects, which it can read but not write. */
export async function prepareWorkspace(
  repository: JobRepository,
  options: { attemptDir: string; commit: string; trees?: ReadyTrees },
): Promise<Workspace> {
  const { attemptDir, commit, trees } = options
  const dir = path.join(attemptDir, 'ws')
  const home = path.join(attemptDir, 'home')
  const reports = await reportsDirAt(repository, commit)
  // Remove what a crashed start left: from here on, only the server has written to these directories.
  for (const directory of [dir, home]) await fs.promises.rm(directory, { recursive: true, force: true })
  await fs.promises.mkdir(home, { recursive: true, mode: 0o700 })
  if (!(await trees?.take(repository, commit, dir))) {
    await fs.promises.mkdir(dir, { mode: 0o700 })
    await makeWorkTree(dir)
    await fillWorkTree(repository, commit, { dir, index: indexOf(dir) })
  }
  await linkWorkTree(repository, commit, dir)
  await fs.promises.writeFile(path.join(dir, '.git', 'info', 'exclude'), `/${reports}/\n`)
  const readable = [path.join(repository.dir, 'objects'), ...borrowedObjects(repository.dir)]
  return { dir, home, reports, readable }
}

/** Makes a work tree a clone of a repository, on its branch at `commit`. */
async function linkWorkTree(repository: JobRepository, commit: string, dir: string): Promise<void> {
  const inner = path.join(dir, '.git')
  await fs.promises.writeFile(
    path.join(inner, 'objects', 'info', 'alternates'),
    `${path.join(repository.dir, 'objects')}\n`,
  )
  await copyShallow(repository, inner)
  await git(['symbolic-ref', 'HEAD', await headRef(repository)], ownGit(dir))
  await git(['update-ref', 'HEAD', commit], ownGit(dir))
}

/** Copies the list of commits without parents: a clone that shares the objects needs it too. */
async function copyShallow(repository: JobRepository, gitDir: string): Promise<void> {
  const shallow = path.join(repository.dir, 'shallow')
  if (fs.existsSync(shallow)) await fs.promises.copyFile(shallow, path.join(gitDir, 'shallow'))
}

export interface Checkpoint {
  readonly commit: string
  readonly tree: string
  readonly changed: boolean
  /** The number of files that differ from the base. */
  readonly files: number
  /** Files that are not in it, and why. */
  readonly leftOut: readonly LeftOut[]
}

export interface CheckpointOptions {
  readonly attemptDir: string
  readonly base: string
  readonly ref: string
  readonly message: string
  readonly author: string
}

/**
 * Commits the contents of a workspace on top of `base`, with the server's own git directory and index, so that the agent's
 * `.git` has no effect. The reports directory is left out. Safe to run twice. Throws when something cannot be recorded as
 * it is.
 */
export async function checkpoint(repository: JobRepository, options: CheckpointOptions): Promise<Checkpoint> {
  const workTree = path.join(options.attemptDir, 'ws')
  const index = path.join(options.attemptDir, 'index')
  const exclude = path.join(options.attemptDir, 'exclude')
  await removeNestedGit(workTree)
  await fs.promises.rm(index, { force: true })
  const reports = await reportsDirAt(repository, options.base)
  await fs.promises.writeFile(exclude, `/${reports}/\n${await junkPatterns(workTree)}`)
  const own = { gitDir: repository.dir, workTree, index, cwd: workTree }
  await git(['read-tree', options.base], own)
  await git(['-c', `core.excludesFile=${exclude}`, '-c', 'core.bare=false', 'add', '--all', '--', '.'], own)
  const leftOut = await leaveOut(repository, own, { base: options.base, patterns: exclude, reports })
  const tree = await gitText(['write-tree'], own)
  const before = await gitText(['rev-parse', `${options.base}^{tree}`], { gitDir: repository.dir })
  if (tree === before) return { commit: options.base, tree, changed: false, files: 0, leftOut }
  const commit = await gitText(['commit-tree', tree, '-p', options.base, '-m', options.message], {
    gitDir: repository.dir,
    env: identity(options.author),
  })
  await requireSound(repository, commit, options)
  await git(['update-ref', options.ref, commit], { gitDir: repository.dir })
  const names = await gitText(
    ['diff-tree', '-r', '--no-commit-id', '--name-only', '-z', options.base, commit],
    { gitDir: repository.dir },
  )
  return {
    commit,
    tree,
    changed: true,
    files: names.split('\0').filter((name) => name !== '').length,
    leftOut,
  }
}

/** Checks the commit as every clone of the result does (fsck), so that it fails here, where an agent can still repair it. */
async function requireSound(
  repository: JobRepository,
  commit: string,
  { attemptDir, base }: CheckpointOptions,
): Promise<void> {
  const pack = path.join(attemptDir, 'sound')
  const own = { gitDir: repository.dir }
  await fs.promises.rm(pack, { recursive: true, force: true })
  await fs.promises.mkdir(pack, { mode: 0o700 })
  try {
    const name = await gitText(['pack-objects', '--revs', '--quiet', path.join(pack, 'pack')], {
      ...own,
      input: `${commit}\n^${base}\n`,
    })
    const file = path.join(pack, `pack-${name}.pack`)
    await git(['index-pack', strictFlag, '-o', path.join(pack, 'checked.idx'), file], own)
  } catch (error) {
    if (error instanceof GitError)
      throw new GitError(`The work contains objects that git refuses: ${error.message}`, { cause: error })
    throw error
  } finally {
    await fs.promises.rm(pack, { recursive: true, force: true })
  }
}

/**
 * Removes the `.git` of repositories inside the workspace, which would otherwise be recorded as a link without contents, so
 * that their files are recorded. The one at the top is git's own and is always skipped.
 */
async function removeNestedGit(workTree: string): Promise<void> {
  const walk = async (dir: string, top: boolean): Promise<void> => {
    for (const entry of await entriesOf(dir)) {
      const file = path.join(dir, entry.name)
      if (entry.name === '.git') {
        if (!top) await fs.promises.rm(file, { recursive: true, force: true })
      } else if (entry.isDirectory() && entry.name !== 'node_modules') {
        await walk(file, false)
      }
    }
  }
  await walk(workTree, true)
}

async function entriesOf(dir: string): Promise<fs.Dirent[]> {
  try {
    return await fs.promises.readdir(dir, { withFileTypes: true })
  } catch (error) {
    // Endlessly nested directories: git skips them, because they hold no file that it could name.
    if (error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG') return []
    throw error
  }
}
