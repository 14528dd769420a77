import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

/** Directories that are skipped: the contents of git, and of packages. */
const SKIPPED = new Set(['.git', 'node_modules'])
const ENTRIES = 500
const FOUND_LINES = 200
const FOUND_CHARS = 20_000

const run = promisify(execFile)

/** Lists the files below a directory of the workspace, one path per line, up to a limit that the result states. */
export async function listFiles(cwd: string, directory: string): Promise<string> {
  const found: string[] = []
  const walk = async (dir: string): Promise<void> => {
    const entries = await fs.readdir(path.join(cwd, dir), { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name))) {
      if (found.length >= ENTRIES) return
      if (SKIPPED.has(entry.name)) continue
      const name = path.join(dir, entry.name)
      if (entry.isDirectory()) await walk(name)
      else found.push(name)
    }
  }
  await walk(path.normalize(path.join('.', directory)))
  if (found.length === 0) return 'There are no files.'
  return found.length < ENTRIES ? found.join('\n') : `${found.join('\n')}\n[and more: list a directory below]`
}

/** Returns the lines that match an extended regular expression, with file and number, up to a limit that the result states. */
export async function searchFiles(
  cwd: string,
  pattern: string,
  directory: string,
  signal: AbortSignal,
): Promise<string> {
  const skip = [...SKIPPED].map((name) => `--exclude-dir=${name}`)
  const args = ['-rnIE', ...skip, '-m', '50', '-e', pattern, '--', path.normalize(path.join('.', directory))]
  try {
    const { stdout } = await run('grep', args, { cwd, signal, maxBuffer: 20_000_000 })
    const lines = stdout.split('\n').slice(0, FOUND_LINES).join('\n').slice(0, FOUND_CHARS)
    return stdout.length > lines.length ? `${lines}\n[and more: search for something rarer]` : lines
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 1) return 'Nothing matches.'
    throw error
  }
}
