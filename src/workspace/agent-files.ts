import fs from 'node:fs'
import path from 'node:path'
import { UnsafePathError } from './read-report.ts'

const { O_RDONLY, O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = fs.constants

/**
 * Reads a file of a workspace for the agent that works in it. The path is walked directory by directory, each opened
 * from the one before and none through a link: what an agent swaps meanwhile leads nowhere. Null when there is no such
 * file. Throws with a sentence.
 */
export async function readAgentFile(
  workspace: string,
  place: string,
  maxBytes: number,
): Promise<string | null> {
  try {
    return await readThere(workspace, place, maxBytes)
  } catch (error) {
    if (error instanceof MissingFileError) return null
    throw error
  }
}

class MissingFileError extends UnsafePathError {}

function readThere(workspace: string, place: string, maxBytes: number): Promise<string> {
  return inParent(workspace, place, 'keep', async (parent, name) => {
    const file = await fs.promises.open(path.join(parent, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw new UnsafePathError(`${place} is not a regular file.`)
      if (stat.size > maxBytes) throw new UnsafePathError(`${place} is larger than ${maxBytes} bytes.`)
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  })
}

/** Writes a file of a workspace, with the directories it lies in, in the same way. */
export async function writeAgentFile(
  workspace: string,
  place: string,
  text: string,
  maxBytes: number,
): Promise<void> {
  if (Buffer.byteLength(text) > maxBytes)
    throw new UnsafePathError(`${place} would be larger than ${maxBytes} bytes.`)
  await inParent(workspace, place, 'make', async (parent, name) => {
    const flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK
    const file = await fs.promises.open(path.join(parent, name), flags, 0o644)
    try {
      if (!(await file.stat()).isFile()) throw new UnsafePathError(`${place} is not a regular file.`)
      await file.truncate()
      await file.writeFile(text)
    } finally {
      await file.close()
    }
  })
}

/** Opens the directory that a path lies in, link by link refused, and hands over a name for it that cannot be swapped. */
async function inParent<T>(
  workspace: string,
  place: string,
  missing: 'keep' | 'make',
  work: (parent: string, name: string) => Promise<T>,
): Promise<T> {
  const parts = partsInside(workspace, place)
  const name = parts.pop()
  if (name === undefined) throw new UnsafePathError(`${place} is the workspace itself.`)
  let dir = await fs.promises.open(workspace, O_RDONLY | O_DIRECTORY)
  let known = workspace
  try {
    for (const part of parts) {
      const next = path.join(nameOf(dir, known), part)
      if (missing === 'make') await fs.promises.mkdir(next).catch(unlessThere)
      const opened = await fs.promises.open(next, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      await dir.close()
      dir = opened
      known = path.join(known, part)
    }
    return await work(nameOf(dir, known), name)
  } catch (error) {
    throw inWords(error, place)
  } finally {
    await dir.close()
  }
}

/** Linux names an open directory whatever happens to its path; elsewhere the path has to do. */
function nameOf(dir: fs.promises.FileHandle, known: string): string {
  return process.platform === 'linux' ? `/proc/self/fd/${dir.fd}` : known
}

function partsInside(workspace: string, place: string): string[] {
  const relative = path.relative(workspace, path.resolve(workspace, place))
  if (relative.split(path.sep)[0] === '..' || path.isAbsolute(relative))
    throw new UnsafePathError(`${place} is not in the workspace.`)
  return relative.split(path.sep).filter((part) => part !== '')
}

function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error
}

function inWords(error: unknown, place: string): unknown {
  const code = codeOf(error)
  if (code === 'ENOENT') return new MissingFileError(`${place} is not there.`)
  if (code === 'ELOOP' || code === 'ENOTDIR')
    return new UnsafePathError(`${place} leads through a link or a file, which is not followed.`)
  if (code === 'EISDIR') return new UnsafePathError(`${place} is a directory.`)
  return error
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}
