import fs from 'node:fs'
import path from 'node:path'
import { ancestorsOf } from './walls.ts'

/**
 * Gives another uid access to the paths of a launch where no mount can do it: the server's directories above them can be
 * entered, not listed. Throws when another directory blocks the way to where the program works; paths that it could only
 * read are then out of its reach.
 */
export function openWayTo(
  { writable, home, readable }: { writable: readonly string[]; home: string; readable: readonly string[] },
  ours: readonly string[],
): void {
  for (const place of readable.filter((one) => fs.existsSync(one))) openAncestors(place, ours)
  for (const place of [...writable, home]) {
    const closed = openAncestors(place, ours)
    if (closed !== undefined)
      throw new Error(
        `${closed} is closed to other users, and without bubblewrap agents and checks run as one: install bubblewrap, or keep Slipway and its data (SLIPWAY_DATA_DIR) elsewhere`,
      )
  }
}

/** Opens those directories above a path that are the server's; returns the first closed one that is not. */
function openAncestors(place: string, ours: readonly string[]): string | undefined {
  const closed = ancestorsOf(place).filter((dir) => (fs.statSync(dir).mode & 0o001) === 0)
  const isOurs = (dir: string): boolean =>
    ours.some((own) => dir === own || dir.startsWith(`${own}${path.sep}`))
  for (const dir of closed.filter(isOurs)) fs.chmodSync(dir, (fs.statSync(dir).mode & 0o7777) | 0o001)
  return closed.find((dir) => !isOurs(dir))
}
