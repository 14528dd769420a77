import fs from 'node:fs'
import path from 'node:path'

/**
 * Creates a directory, and those that lead to it, private to its owner unless `mode` is given. It creates one at a time,
 * because recursive `mkdir` never returns below a directory that refuses entries with ENOENT, such as /proc, and people may
 * name such places.
 */
export function makeDirectory(dir: string, mode = 0o700): void {
  if (fs.existsSync(dir)) return
  const parent = path.dirname(dir)
  if (parent !== dir) makeDirectory(parent, mode)
  try {
    fs.mkdirSync(dir, { mode })
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!fs.existsSync(dir)) throw error
  }
}
