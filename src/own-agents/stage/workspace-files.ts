import fs from 'node:fs/promises'
import path from 'node:path'

/**
 * Reads and writes files only inside the workspace: a repository may contain symbolic links that lead out of it, and a path
 * may contain `..`.
 */

/** The maximum size of a file to read, in bytes; larger ones are not the agent's own. */
const READ_BYTES = 1_000_000

/** Returns the text of a file in the workspace, or null when there is none. Throws when it is outside or too large. */
export async function readInside(cwd: string, file: string): Promise<string | null> {
  const target = await insidePath(cwd, file)
  try {
    const { size } = await fs.stat(target)
    if (size > READ_BYTES) throw new Error(`${file} is too large to read`)
    return await fs.readFile(target, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Writes a temporary file and renames it, so that a killed agent leaves no partial file. */
export async function writeInside(cwd: string, file: string, content: string): Promise<void> {
  const target = await insidePath(cwd, file)
  await fs.mkdir(path.dirname(target), { recursive: true })
  const draft = `${target}.${process.pid}.new`
  await fs.writeFile(draft, content)
  await fs.rename(draft, target)
}

/** Returns the absolute path of a file in the workspace; throws when it, or a symbolic link on the way, leads outside. */
async function insidePath(cwd: string, file: string): Promise<string> {
  const root = await fs.realpath(cwd)
  const target = path.resolve(root, file)
  let existing = target
  for (;;) {
    try {
      const real = await fs.realpath(existing)
      if (real !== root && !real.startsWith(root + path.sep))
        throw new Error(`${file} is outside the workspace`)
      return target
    } catch (error) {
      if (!isMissing(error) || existing === root) throw error
      if (await isLink(existing)) throw new Error(`${file} is a symbolic link to nothing`, { cause: error })
      existing = path.dirname(existing)
    }
  }
}

async function isLink(target: string): Promise<boolean> {
  try {
    return (await fs.lstat(target)).isSymbolicLink()
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
