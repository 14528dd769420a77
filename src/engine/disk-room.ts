import fs from 'node:fs'
import type { Engine } from './engine.ts'

/**
 * Checks the free space of the data directory's disk: below the minimum no job is accepted and no work is claimed, so that
 * running work has space to be recorded. Resolves to a sentence that says what to do, or to null when there is enough
 * space.
 */
export async function missingRoom(engine: Engine): Promise<string | null> {
  const { bavail, bsize } = await fs.promises.statfs(engine.dataDir)
  const free = bavail * bsize
  const floor = engine.limits.freeDiskBytes
  return free >= floor
    ? null
    : `only ${Math.round(free / 1e6)} MB of ${Math.round(floor / 1e6)} MB that must be free are left on the disk of ${engine.dataDir}: make room`
}
