import type { Stats } from '../../contract/server.ts'
import { countStatuses, readUsage } from '../../store/jobs.ts'
import { queueCounts } from '../../store/queue.ts'
import { busySlots } from '../../store/work.ts'
import { clock } from '../../lib/clock.ts'
import type { Engine } from '../engine.ts'

/** Returns the figures of a server that was started at `bornAt`. */
export async function readStats(
  { db, limits }: Pick<Engine, 'db'> & { readonly limits: Pick<Engine['limits'], 'slots'> },
  bornAt: number,
): Promise<Stats> {
  const counts = await db.read((reader) => countStatuses(reader))
  return {
    ...counts,
    queue: await queueCounts(db.reader),
    slots: { total: limits.slots, busy: await busySlots(db.reader) },
    usage: await readUsage(db.reader, null),
    uptime_seconds: Math.round((clock.now() - bornAt) / 1000),
  }
}
