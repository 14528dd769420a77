import fs from 'node:fs'
import type { Engine } from './engine.ts'

/**
 * What a full disk does: below the floor no job is accepted and no work is claimed, so that what already runs has room
 * to be recorded. Resolves with a sentence that says what to do, or null while there is room.
 */
export async function missingRoom(engine: Engine): Promise<string | null> {
  const { bavail, bsize } = await fs.promises.statfs(engine.dataDir)
  const free = bavail * bsize
  const floor = engine.limits.freeDiskBytes
  return free >= floor
    ? null
    : `only ${Math.round(free / 1e6)} MB of ${Math.round(floor / 1e6)} MB that must be free are left on the disk of ${engine.dataDir}: make room`
}
