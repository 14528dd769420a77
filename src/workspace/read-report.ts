import fs from 'node:fs'
import path from 'node:path'

/** A file in a workspace is not what its name says: a link, a device, or too large. */
export class UnsafePathError extends Error {
  override readonly name = 'UnsafePathError'
}

/**
 * Reads a file that an agent wrote; null when there is none. The file is opened without following a link at its end,
 * and then asked where it really is: names can be swapped between a check and a use, an open file cannot.
 */
export async function readReport(
  workspace: string,
  relative: string,
  maxBytes: number,
): Promise<string | null> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
  let handle: fs.promises.FileHandle
  try {
    handle = await fs.promises.open(path.join(workspace, relative), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    if (code === 'ELOOP') throw new UnsafePathError('it is a link')
    throw error
  }
  try {
    const stat = await handle.stat()
    if (!stat.isFile()) throw new UnsafePathError('it is not a regular file')
    if (stat.size > maxBytes) throw new UnsafePathError(`it is larger than ${maxBytes} bytes`)
    await assertInside(workspace, handle.fd)
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** Linux says where an open file is; elsewhere the check of the final component has to do. */
async function assertInside(workspace: string, fd: number): Promise<void> {
  if (process.platform !== 'linux') return
  const [real, root] = await Promise.all([
    fs.promises.readlink(`/proc/self/fd/${fd}`),
    fs.promises.realpath(workspace),
  ])
  if (!real.startsWith(`${root}${path.sep}`)) throw new UnsafePathError('it leads out of the workspace')
}

/** Puts a file into a workspace before any agent runs in it. */
export async function writeReport(
  workspace: string,
  relative: string,
  content: string | Uint8Array,
): Promise<void> {
  const file = path.join(workspace, relative)
  await fs.promises.mkdir(path.dirname(file), { recursive: true })
  await fs.promises.writeFile(file, content, { flag: 'w' })
}
