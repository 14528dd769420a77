import fs from 'node:fs'
import path from 'node:path'

/**
 * Creates a directory, and those that lead to it, for its owner alone unless `mode` says otherwise. One by one, because
 * recursive `mkdir` never returns below a directory that refuses entries with ENOENT, such as /proc: for places that people
 * name.
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
