import fs from 'node:fs'
import path from 'node:path'

/** Why a local repository is not taken as it is, as the end of a sentence about it. */
export class ForeignPartError extends Error {
  override readonly name = 'ForeignPartError'
}

/** What a local source is read from. */
export interface LocalRepository {
  /** The directory whose HEAD counts: of a worktree its own. */
  readonly gitDir: string
  /** Where objects and branches are. */
  readonly main: string
}

/**
 * Makes sure that a local source is the repository at its path, and brings in nothing that lies elsewhere because a file or a
 * link in it says so: whoever prepared it may have pointed it at somebody else's repository. What git itself makes for a
 * worktree is followed: a `.git` file that names `<repository>/.git/worktrees/<name>`, which names the file in turn.
 * Throws `ForeignPartError` with what was found.
 */
export function refuseForeignParts(source: string): LocalRepository {
  const found = repositoryAt(source)
  refuseLinks(found.main, [
    'objects',
    'objects/pack',
    'objects/info',
    'refs',
    'HEAD',
    'config',
    'packed-refs',
  ])
  for (const [file, what] of [
    ['objects/info/alternates', 'takes objects from another repository'],
    ['commondir', 'names another repository as its own'],
  ] as const)
    if (exists(path.join(found.main, file)))
      throw new ForeignPartError(`${path.join(found.main, file)} ${what}`)
  return found
}

/** The repository that a path names: itself when it is bare, else its `.git`. */
function repositoryAt(source: string): LocalRepository {
  const inner = path.join(source, '.git')
  const found = fs.lstatSync(inner, { throwIfNoEntry: false })
  if (found === undefined) return { gitDir: source, main: source }
  if (found.isDirectory()) return { gitDir: inner, main: inner }
  // What is neither a directory nor a file is not opened: a pipe would be waited for.
  if (!found.isFile()) throw new ForeignPartError(`${inner} is a link`)
  return worktreeOf(inner)
}

/** The worktree that a `.git` file belongs to, when both name each other as git makes them. */
function worktreeOf(file: string): LocalRepository {
  const gitDir = path.resolve(path.dirname(file), namedIn(file, 'gitdir: '))
  const worktrees = path.dirname(gitDir)
  const main = path.dirname(worktrees)
  const foreign = new ForeignPartError(
    `${file} names ${gitDir}, which is not a worktree of a repository that knows of it`,
  )
  if (path.basename(worktrees) !== 'worktrees' || !isFile(path.join(gitDir, 'gitdir'))) throw foreign
  refuseLinks(main, ['worktrees', `worktrees/${path.basename(gitDir)}`])
  refuseLinks(gitDir, ['HEAD', 'commondir'])
  if (path.resolve(gitDir, namedIn(path.join(gitDir, 'commondir'), '')) !== main) throw foreign
  const back = path.resolve(gitDir, namedIn(path.join(gitDir, 'gitdir'), ''))
  if (fs.realpathSync(path.dirname(back)) !== fs.realpathSync(path.dirname(file))) throw foreign
  return { gitDir, main }
}

/** The first line of a small file, behind what it begins with. */
function namedIn(file: string, prefix: string): string {
  if (!isFile(file)) return ''
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

function isFile(place: string): boolean {
  return fs.lstatSync(place, { throwIfNoEntry: false })?.isFile() === true
}
