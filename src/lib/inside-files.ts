import fs from 'node:fs'
import path from 'node:path'

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = fs.constants

/**
 * Thrown when a path inside a directory is a link or a device, or the file is too large. Its message may be shown to a
 * person.
 */
export class UnsafePathError extends Error {
  override readonly name = 'UnsafePathError'
}

class MissingFileError extends UnsafePathError {}

/*
 * Access to the files of directories that an agent, or a foreign repository, can write: workspaces, HOMEs, sources. A path
 * is walked directory by directory, each opened relative to the one before and none through a link, so that a concurrent
 * swap has no effect. Linux can name an open directory independently of its path; elsewhere the path is used, which is
 * weaker.
 */

/** Reads a file inside `root`; null when there is none. Throws `UnsafePathError`, also for more than `maxBytes`. */
export async function readInside(root: string, file: string, maxBytes: number): Promise<Buffer | null> {
  try {
    return await inParent(root, file, 'keep', (parent, name) => readRegular(parent, name, file, maxBytes))
  } catch (error) {
    if (error instanceof MissingFileError) return null
    throw error
  }
}

async function readRegular(parent: string, name: string, target: string, maxBytes: number): Promise<Buffer> {
  const file = await fs.promises.open(path.join(parent, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw new UnsafePathError(`${target} is not a regular file.`)
    if (stat.size > maxBytes) throw new UnsafePathError(`${target} is larger than ${maxBytes} bytes.`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

/**
 * Writes a server file inside `root`, and creates its directories. It is always a new file: an existing one of that name is
 * removed first and not written through. It belongs to the owner of its directory.
 */
export async function writeInside(
  root: string,
  target: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  await inParent(root, target, 'make', async (parent, name, owner) => {
    const there = path.join(parent, name)
    await fs.promises.unlink(there).catch(unless('ENOENT'))
    const file = await fs.promises.open(there, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
    try {
      await setOwner(file, owner)
      // Set explicitly, because the process's umask must not decide whether a script is executable.
      await file.chmod(mode)
      await file.writeFile(content)
    } finally {
      await file.close()
    }
  })
}

/** Writes a file inside `root` for the agent that works there; an existing file keeps its mode. Throws `UnsafePathError`. */
export async function overwriteInside(
  root: string,
  target: string,
  text: string,
  maxBytes: number,
): Promise<void> {
  if (Buffer.byteLength(text) > maxBytes)
    throw new UnsafePathError(`${target} would be larger than ${maxBytes} bytes.`)
  await inParent(root, target, 'make', async (parent, name, owner) => {
    const flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK
    const file = await fs.promises.open(path.join(parent, name), flags, 0o644)
    try {
      if (!(await file.stat()).isFile()) throw new UnsafePathError(`${target} is not a regular file.`)
      await setOwner(file, owner)
      await file.truncate()
      await file.writeFile(text)
    } finally {
      await file.close()
    }
  })
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Gives a file that root creates in another user's directory to that user. */
async function setOwner(made: fs.promises.FileHandle, owner: Owner): Promise<void> {
  if (process.getuid?.() === 0) await made.chown(owner.uid, owner.gid)
}

/** Opens the parent directory of a path, without following links, and passes on a name for it that cannot be swapped. */
async function inParent<T>(
  root: string,
  file: string,
  missing: 'keep' | 'make',
  work: (parent: string, name: string, owner: Owner) => Promise<T>,
): Promise<T> {
  const parts = partsInside(root, file)
  const name = parts.pop()
  if (name === undefined) throw new UnsafePathError(`${file} is the directory itself.`)
  let dir = await fs.promises.open(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  let openedPath = root
  try {
    for (const part of parts) {
      const next = path.join(nameOf(dir, openedPath), part)
      const made =
        missing === 'make' &&
        (await fs.promises.mkdir(next, 0o700).then(() => true, unless('EEXIST'))) === true
      const opened = await fs.promises.open(next, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      if (made) await setOwner(opened, await dir.stat())
      await dir.close()
      dir = opened
      openedPath = path.join(openedPath, part)
    }
    return await work(nameOf(dir, openedPath), name, await dir.stat())
  } catch (error) {
    throw readableError(error, file)
  } finally {
    await dir.close()
  }
}

function nameOf(dir: fs.promises.FileHandle, openedPath: string): string {
  return process.platform === 'linux' ? `/proc/self/fd/${dir.fd}` : openedPath
}

function partsInside(root: string, file: string): string[] {
  const relative = path.relative(root, path.resolve(root, file))
  if (relative.split(path.sep)[0] === '..' || path.isAbsolute(relative))
    throw new UnsafePathError(`${file} is not in the workspace.`)
  return relative.split(path.sep).filter((part) => part !== '')
}

function unless(expected: string): (error: unknown) => false {
  return (error) => {
    if (codeOf(error) !== expected) throw error
    return false
  }
}

function readableError(error: unknown, file: string): unknown {
  const code = codeOf(error)
  if (code === 'ENOENT') return new MissingFileError(`${file} is not there.`)
  if (code === 'ELOOP' || code === 'ENOTDIR')
    return new UnsafePathError(`${file} leads through a link or a file, which is not followed.`)
  if (code === 'EISDIR' || code === 'EPERM') return new UnsafePathError(`${file} is a directory.`)
  if (code === 'ENAMETOOLONG') return new UnsafePathError('This path is longer than a path can be.')
  return error
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}
