import fs from 'node:fs'
import path from 'node:path'
import { ancestorsOf } from './walls.ts'

/**
 * Gives another uid access to the paths of a launch where no mount can do it: the server's directories above them can be
 * entered, not listed. Throws when another directory blocks the way to where the program works; paths that it could only
 * read are then inaccessible to it.
 */
export function grantPathAccess(
  { writable, home, readable }: { writable: readonly string[]; home: string; readable: readonly string[] },
  serverDirs: readonly string[],
): void {
  for (const file of readable.filter((one) => fs.existsSync(one))) openAncestors(file, serverDirs)
  for (const file of [...writable, home]) {
    const closed = openAncestors(file, serverDirs)
    if (closed !== undefined)
      throw new Error(
        `${closed} is closed to other users, and without bubblewrap agents and checks run as one: install bubblewrap, or keep Slipway and its data (SLIPWAY_DATA_DIR) elsewhere`,
      )
  }
}

/** Opens those directories above a path that are the server's; returns the first closed one that is not. */
function openAncestors(file: string, serverDirs: readonly string[]): string | undefined {
  const closed = ancestorsOf(file).filter((dir) => (fs.statSync(dir).mode & 0o001) === 0)
  const isServerDir = (dir: string): boolean =>
    serverDirs.some((own) => dir === own || dir.startsWith(`${own}${path.sep}`))
  for (const dir of closed.filter(isServerDir)) fs.chmodSync(dir, (fs.statSync(dir).mode & 0o7777) | 0o001)
  return closed.find((dir) => !isServerDir(dir))
}
