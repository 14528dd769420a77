import fs from 'node:fs'
import type { CanaryView, Health } from '../contract/server.ts'
import { ping } from '../store/database.ts'
import { queueCounts } from '../store/queue.ts'
import { missingRoom } from './disk-room.ts'
import type { Engine } from './engine.ts'
import type { Canary } from './canary.ts'
import type { Worker } from './worker.ts'

/** A worker loop that has not proved itself for this long counts as stopped. */
const SILENT_MS = 6000

type Probe = () => Promise<string>

/**
 * Readiness from facts: each check does a piece of the real thing and says what it found. A check that throws is
 * `ok: false` with the reason.
 */
export async function ready({
  engine,
  worker,
  canary,
  version,
  bornAt,
}: {
  readonly engine: Engine
  readonly worker: Worker
  readonly canary: Canary
  readonly version: string
  readonly bornAt: number
}): Promise<Health> {
  const probes: Record<string, Probe> = {
    database: async () => {
      await ping(engine.db.reader)
      return engine.db.engine
    },
    queue: async () => {
      const counts = await queueCounts(engine.db.reader)
      const due = Object.entries(counts)
        .filter(([name]) => name.endsWith('created'))
        .reduce((sum, [, count]) => sum + count, 0)
      return `${due} entries due, ${worker.rescued()} jobs rescued`
    },
    workspace: async () => {
      const missing = await missingRoom(engine)
      if (missing !== null) throw new Error(missing)
      const { bavail, bsize } = await fs.promises.statfs(engine.dataDir)
      return `${Math.round((bavail * bsize) / 1e9)} GB free`
    },
    sandbox: () =>
      Promise.resolve(
        engine.launcher.reason === null
          ? engine.launcher.walls
          : `${engine.launcher.walls}: ${engine.launcher.reason}`,
      ),
    worker: () => {
      const silent = Date.now() - Math.max(worker.beat(), bornAt)
      if (engine.limits.slots === 0)
        return Promise.reject(new Error('the worker loop is switched off: start with at least one worker'))
      if (silent > SILENT_MS)
        return Promise.reject(
          new Error(`the worker loop has been silent for ${Math.round(silent / 1000)} s: restart the server`),
        )
      return Promise.resolve(`${engine.limits.slots} slots, ${busy(engine)} busy`)
    },
    canary: async () => saidOf(await canary.view(), bornAt),
  }
  const checks: Health['checks'] = {}
  for (const [name, probe] of Object.entries(probes)) {
    try {
      checks[name] = { ok: true, detail: await probe() }
    } catch (error) {
      checks[name] = { ok: false, detail: error instanceof Error ? error.message : String(error) }
    }
  }
  return { status: Object.values(checks).every((check) => check.ok) ? 'ok' : 'unavailable', version, checks }
}

/** A canary that failed since this start says that what is accepted does not run; one of an earlier start says nothing. */
function saidOf(canary: CanaryView, bornAt: number): string {
  switch (canary.status) {
    case 'never':
      return 'not run yet: slipway doctor runs it, and so does POST /api/health/canary'
    case 'running':
      return `under way since ${canary.at ?? 'a moment ago'}`
    case 'passed':
      return `passed at ${canary.at ?? '?'} in ${canary.duration_ms ?? '?'} ms`
    case 'failed':
      if (Date.parse(canary.at ?? '') >= bornAt) throw new Error(canary.reason ?? 'it failed')
      return `failed before this start: ${canary.reason ?? 'nobody said why'}`
  }
}

/** What waits for a person has given its slot back. */
function busy({ running }: Engine): number {
  return running.count() - running.slots.lent()
}
