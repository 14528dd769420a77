import { readMessages } from '../../store/events.ts'
import { readJob, type JobRow } from '../../store/jobs.ts'
import { busySlots } from '../../store/work.ts'
import { listWorkers, type WorkerRow } from '../../store/workers.ts'
import type { Engine } from '../engine.ts'

/** A worker that has not been seen for this long does not work. */
const SILENT_MS = 15_000

/** Why the job of a canary that has ended proves nothing, as a sentence; null when it proves that all is well. */
export async function whyFailed(engine: Engine, id: string): Promise<string | null> {
  const ended = await readJob(engine.db.reader, id)
  if (ended?.status === 'completed' && ended.proof === 'proven') return null
  if (ended?.status === 'completed') return `Its job was completed, but is ${ended.proof ?? 'without proof'}.`
  return `Its job is ${ended?.status ?? 'gone'}: ${ended?.error ?? 'nobody said why'}`
}

/** Why the job of a canary is late, as a sentence; `no_free_slot` when living workers were all busy with others. */
export async function whyLate(engine: Engine, id: string): Promise<string> {
  const limit = `${engine.limits.canaryMs / 1000} s`
  const late = await readJob(engine.db.reader, id)
  const workers = await listWorkers(engine.db.reader)
  const heard = workers.filter((worker) => Date.now() - worker.seen_at.getTime() < SILENT_MS)
  if (heard.length === 0)
    return `Its job did not complete within ${limit}: no worker has been heard for ${silence(workers)} s. Restart the server.`
  const slots = heard.reduce((sum, worker) => sum + worker.slots, 0)
  if (late?.started_at === null && (await busySlots(engine.db.reader)) >= slots) return 'no_free_slot'
  const [last] = await readMessages(engine.db.reader, id, 1)
  return `Its job did not complete within ${limit}: it is ${where(late)}. Its last event: ${last?.message ?? 'none'}`
}

function where(late: JobRow | null): string {
  if (late === null) return 'gone'
  return late.wait === null
    ? `${late.status}, ${late.phase}`
    : `waiting for ${late.wait.for}: ${late.wait.on}`
}

function silence(workers: readonly WorkerRow[]): number {
  const last = Math.max(0, ...workers.map((worker) => worker.seen_at.getTime()))
  return Math.round((Date.now() - last) / 1000)
}
