import fs from 'node:fs'
import path from 'node:path'

/** Why a local repository is not taken as it is, as the end of a sentence about it. */
export class ForeignPartError extends Error {
  override readonly name = 'ForeignPartError'
}

/**
 * Makes sure that a local source is the repository at its path, and brings in nothing that lies elsewhere because a file or a
 * link in it says so: whoever prepared it may have pointed it at somebody else's repository. What git itself makes for a
 * worktree is followed: a `.git` file that names `<repository>/.git/worktrees/<name>`, which names the file in turn.
 * Throws `ForeignPartError` with what was found.
 */
export function refuseForeignParts(source: string): void {
  const gitDir = gitDirOf(source)
  refuseLinks(gitDir, ['objects', 'objects/pack', 'objects/info', 'refs', 'HEAD', 'config', 'packed-refs'])
  for (const [file, what] of [
    ['objects/info/alternates', 'takes objects from another repository'],
    ['commondir', 'names another repository as its own'],
  ] as const)
    if (exists(path.join(gitDir, file))) throw new ForeignPartError(`${path.join(gitDir, file)} ${what}`)
}

/** The directory of git that belongs to a path: itself when it is bare, else its `.git`. */
function gitDirOf(source: string): string {
  const inner = path.join(source, '.git')
  const found = fs.lstatSync(inner, { throwIfNoEntry: false })
  if (found === undefined) return source
  if (found.isDirectory()) return inner
  if (found.isSymbolicLink()) throw new ForeignPartError(`${inner} is a link`)
  return mainOfWorktree(inner)
}

/** The repository that a worktree's `.git` file belongs to, when both name each other as git makes them. */
function mainOfWorktree(file: string): string {
  const admin = path.resolve(path.dirname(file), namedIn(file, 'gitdir: '))
  const worktrees = path.dirname(admin)
  const main = path.dirname(worktrees)
  const foreign = new ForeignPartError(
    `${file} names ${admin}, which is not a worktree of a repository that knows of it`,
  )
  if (path.basename(worktrees) !== 'worktrees' || !exists(path.join(admin, 'gitdir'))) throw foreign
  refuseLinks(main, ['worktrees', `worktrees/${path.basename(admin)}`])
  const back = path.resolve(admin, namedIn(path.join(admin, 'gitdir'), ''))
  if (fs.realpathSync(path.dirname(back)) !== fs.realpathSync(path.dirname(file))) throw foreign
  return main
}

/** The first line of a small file, behind what it begins with. */
function namedIn(file: string, prefix: string): string {
  const line = fs.readFileSync(file, 'utf8').slice(0, 4096).split('\n')[0] ?? ''
  return line.startsWith(prefix) ? line.slice(prefix.length).trim() : ''
}

function refuseLinks(dir: string, names: readonly string[]): void {
  const link = names
    .map((name) => path.join(dir, name))
    .find((place) => fs.lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true)
  if (link !== undefined) throw new ForeignPartError(`${link} is a link`)
}

function exists(place: string): boolean {
  return fs.lstatSync(place, { throwIfNoEntry: false }) !== undefined
}
