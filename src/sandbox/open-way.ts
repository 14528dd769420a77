import fs from 'node:fs'
import path from 'node:path'
import { ancestorsOf } from './walls.ts'

/**
 * Lets another uid through to the places of a launch where no mount can do it: the directories of the server on the way
 * there can be passed, not listed. Throws when one that is not the server's bars the way.
 */
export function openWayTo(
  { writable, home, readable }: { writable: readonly string[]; home: string; readable: readonly string[] },
  ours: readonly string[],
): void {
  for (const place of [...writable, home, ...readable]) {
    for (const dir of ancestorsOf(place)) {
      const { mode } = fs.statSync(dir)
      if ((mode & 0o001) !== 0) continue
      if (!ours.some((own) => dir === own || dir.startsWith(`${own}${path.sep}`)))
        throw new Error(
          `${dir} is closed to other users, and without bubblewrap agents and checks run as one: install bubblewrap, or keep Slipway and its data (SLIPWAY_DATA_DIR) elsewhere`,
        )
      fs.chmodSync(dir, (mode & 0o7777) | 0o001)
    }
  }
}
