import fs from 'node:fs'
import path from 'node:path'

/** Thrown when a local repository is refused; the message is the end of a sentence about it. */
export class ForeignPartError extends Error {
  override readonly name = 'ForeignPartError'
}

/** The directories of a local source. */
export interface LocalRepository {
  /** The directory whose HEAD counts; for a worktree its own. */
  readonly gitDir: string
  /** The directory of objects and branches. */
  readonly main: string
}

/**
 * Checks that a local source is the repository at its path, and does not include anything from elsewhere through a file or
 * a link in it: its author may have pointed it at another repository. Git's own structure of a worktree is
 * accepted: a `.git` file that names `<repository>/.git/worktrees/<name>`, which names the file in turn. Throws
 * `ForeignPartError` with the finding.
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
  for (const [file, finding] of [
    ['objects/info/alternates', 'takes objects from another repository'],
    ['commondir', 'names another repository as its own'],
  ] as const)
    if (exists(path.join(found.main, file)))
      throw new ForeignPartError(`${path.join(found.main, file)} ${finding}`)
  return found
}

/** Returns the repository at a path: the path itself when it is bare, else its `.git`. */
function repositoryAt(source: string): LocalRepository {
  const inner = path.join(source, '.git')
  const found = fs.lstatSync(inner, { throwIfNoEntry: false })
  if (found === undefined) return { gitDir: source, main: source }
  if (found.isDirectory()) return { gitDir: inner, main: inner }
  // Something that is neither a directory nor a file is not opened: opening a pipe would block.
  if (!found.isFile()) throw new ForeignPartError(`${inner} is a link`)
  return worktreeOf(inner)
}

/** Returns the worktree of a `.git` file, when both name each other as git writes them. */
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

/** Returns the first line of a small file without its prefix; an empty string when it lacks the prefix. */
function namedIn(file: string, prefix: string): string {
  if (!isFile(file)) return ''
  const line = fs.readFileSync(file, 'utf8').slice(0, 4096).split('\n')[0] ?? ''
  return line.startsWith(prefix) ? line.slice(prefix.length).trim() : ''
}

function refuseLinks(dir: string, names: readonly string[]): void {
  const link = names
    .map((name) => path.join(dir, name))
    .find((file) => fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true)
  if (link !== undefined) throw new ForeignPartError(`${link} is a link`)
}

function exists(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined
}

function isFile(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === true
}
