import { clock } from '../../lib/clock.ts'
import { readMessages } from '../../store/events.ts'
import { readJob, type JobRow } from '../../store/jobs.ts'
import { busySlots } from '../../store/work.ts'
import { listWorkers, type WorkerRow } from '../../store/server/workers.ts'
import type { Engine } from '../engine.ts'

/** The time in ms after which a worker that has not been seen counts as stopped. */
const SILENT_MS = 15_000

/** The end of a canary. `no-free-slot`: live workers were all busy with other work, so nothing was tried. */
export type CanaryEnd =
  | { readonly end: 'passed' | 'no-free-slot' }
  | { readonly end: 'failed'; readonly reason: string }

/** Judges a canary by its job, which has ended. */
export async function judgeEnded(engine: Engine, id: string): Promise<CanaryEnd> {
  const ended = await readJob(engine.db.reader, id)
  if (ended?.status === 'completed' && ended.proof === 'proven') return { end: 'passed' }
  if (ended?.status === 'completed')
    return failed(`Its job was completed, but is ${ended.proof ?? 'without proof'}.`)
  return failed(`Its job is ${ended?.status ?? 'gone'}: ${ended?.error ?? 'no reason given'}`)
}

function failed(reason: string): CanaryEnd {
  return { end: 'failed', reason }
}

/** Judges a canary whose job is late. */
export async function explainTimeout(engine: Engine, id: string): Promise<CanaryEnd> {
  const limit = `${engine.limits.canaryMs / 1000} s`
  const late = await readJob(engine.db.reader, id)
  const workers = await listWorkers(engine.db.reader)
  const live = workers.filter((worker) => clock.now() - worker.seen_at.getTime() < SILENT_MS)
  if (live.length === 0)
    return failed(
      `Its job did not complete within ${limit}: no worker has sent a heartbeat for ${silence(workers)} s. Restart the server.`,
    )
  const slots = live.reduce((sum, worker) => sum + worker.slots, 0)
  if (late?.started_at === null && (await busySlots(engine.db.reader)) >= slots)
    return { end: 'no-free-slot' }
  const [last] = await readMessages(engine.db.reader, id, 1)
  return failed(
    `Its job did not complete within ${limit}: it is ${stateOf(late)}. Its last event: ${last?.message ?? 'none'}`,
  )
}

function stateOf(late: JobRow | null): string {
  if (late === null) return 'gone'
  return late.wait === null
    ? `${late.status}, ${late.phase}`
    : `waiting for ${late.wait.for}: ${late.wait.on}`
}

function silence(workers: readonly WorkerRow[]): number {
  const last = Math.max(0, ...workers.map((worker) => worker.seen_at.getTime()))
  return Math.round((clock.now() - last) / 1000)
}
