import fs from 'node:fs'
import path from 'node:path'
import type { CanaryView, Health } from '../../contract/server.ts'
import { clock } from '../../lib/clock.ts'
import { shareFor } from '../../lib/share-for.ts'
import { startTimer } from '../../lib/timers.ts'
import { waitFor } from '../../lib/waiting.ts'
import { ping } from '../../store/database/database.ts'
import { probeClaim } from '../../store/queue.ts'
import { readOutcomes } from '../../store/views/recent-outcomes.ts'
import { gitText } from '../../workspace/git/git.ts'
import { missingRoom } from '../disk-room.ts'
import type { Engine } from '../engine.ts'
import { upgradeSentence } from '../own-program.ts'
import type { Canary } from './canary.ts'
import type { Worker } from '../work/worker.ts'

/** The time in ms without a beat after which a worker loop counts as stopped. */
const SILENT_MS = 6000
/** The time limit of a probe in ms; a late probe fails, and is not started again while it is still running. */
const PROBE_MS = 3000
/** As `PROBE_MS`, for probes that start a process. */
const PROCESS_MS = 5000
/** The time in ms for which the result of a probe that starts a process is reused. */
const SHOWN_MS = 2000
/** Jobs that ended within this time, in ms, count towards readiness. */
const RECENT_MS = 15 * 60_000
/** The minimum number of failures that count; fewer may be chance. */
const FAILURES = 3

type Probe = () => Promise<string>

export interface Readiness {
  readonly engine: Engine
  readonly worker: Worker
  readonly canary: Canary
  readonly version: string
  readonly bornAt: number
}

/**
 * Returns a readiness check based on real operations: each probe performs one within a time limit and reports the result. A
 * probe that throws or is late is `ok: false` with the reason. Nothing is remembered: the next answer reflects the next
 * probe.
 */
export function openReadiness(parts: Readiness): () => Promise<Health> {
  const probes = Object.entries(probesOf(parts)).map(([name, probe]) => ({ name, probe: bounded(probe) }))
  return async () => {
    const found = await Promise.all(probes.map(async ({ name, probe }) => [name, await probe()] as const))
    const checks: Health['checks'] = Object.fromEntries(found)
    const isOk = Object.values(checks).every((check) => check.ok)
    return { status: isOk ? 'ok' : 'unavailable', version: parts.version, checks }
  }
}

interface BoundedProbe {
  readonly ask: Probe
  readonly ms: number
}

function probesOf(parts: Readiness): Record<string, BoundedProbe> {
  const { engine, worker, canary, version, bornAt } = parts
  const quick = (ask: Probe): BoundedProbe => ({ ask, ms: PROBE_MS })
  const process = (ask: Probe): BoundedProbe => ({ ask: shareFor(SHOWN_MS, ask).get, ms: PROCESS_MS })
  return {
    database: quick(async () => {
      await ping(engine.db.reader)
      const unavailable = engine.db.unavailableReason()
      if (unavailable !== null) throw new Error(unavailable)
      return engine.db.engine
    }),
    queue: quick(async () => {
      const due = await engine.db.tx((trx) => probeClaim(trx, engine.db.engine, engine.workerId))
      return `${due} entries due, ${worker.rescued()} jobs rescued`
    }),
    workspace: quick(async () => {
      const missing = await missingRoom(engine)
      if (missing !== null) throw new Error(missing)
      const { bavail, bsize } = await fs.promises.statfs(engine.dataDir)
      return `${Math.round((bavail * bsize) / 1e9)} GB free`
    }),
    git: process(() => gitText(['--version'], { timeoutMs: PROCESS_MS })),
    sandbox: process(() => probeWalls(engine)),
    worker: quick(() => {
      const silent = clock.now() - Math.max(worker.beat(), bornAt)
      if (engine.limits.slots === 0)
        return Promise.reject(new Error('the worker loop is switched off: start with at least one worker'))
      if (silent > SILENT_MS)
        return Promise.reject(
          new Error(`the worker loop has been silent for ${Math.round(silent / 1000)} s: restart the server`),
        )
      return Promise.resolve(`${engine.limits.slots} slots, ${busy(engine)} busy`)
    }),
    program: quick(async () => {
      const found = await engine.program.check()
      if (found !== null) throw new Error(`${upgradeSentence} (${found})`)
      return `version ${version}`
    }),
    canary: quick(async () => describeCanary(await canary.view(), canary.failing(), bornAt)),
    jobs: quick(() => probeJobs(parts)),
  }
}

/** Runs a probe, at most once at a time, and waits at most `ms` for its result. */
function bounded({ ask, ms }: BoundedProbe): () => Promise<Health['checks'][string]> {
  let underway: { readonly answer: Promise<string>; readonly since: number } | null = null
  const begin = (): NonNullable<typeof underway> => {
    const answer = ask().finally(() => {
      underway = null
    })
    answer.catch(() => undefined)
    return { answer, since: clock.steady() }
  }
  return async () => {
    const probing = (underway ??= begin())
    try {
      const detail = await waitFor(probing.answer, { ms }, () => {
        const seconds = Math.round((clock.steady() - probing.since) / 1000)
        throw new Error(`it has not answered for ${seconds} s`)
      })
      return { ok: true, detail }
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) }
    }
  }
}

/** Runs a program behind the walls, as every agent and every check is run. */
async function probeWalls({ launcher, dataDir, limits }: Engine): Promise<string> {
  const home = path.join(dataDir, 'run', 'readiness')
  await fs.promises.mkdir(home, { recursive: true, mode: 0o700 })
  const child = await launcher.launch({
    command: ['true'],
    cwd: home,
    env: { PATH: limits.path },
    home,
    writable: [],
    readable: [],
    label: 'readiness',
    input: 'nothing',
  })
  child.stdout.resume()
  child.stderr.resume()
  const timer = startTimer(PROCESS_MS, () => void child.kill())
  try {
    const { code, signal } = await child.exited
    if (code !== 0)
      throw new Error(
        `a program behind the walls (${launcher.walls}) ended with ${signal ?? `exit code ${code}`}`,
      )
  } finally {
    timer.stop()
  }
  return launcher.reason === null ? launcher.walls : `${launcher.walls}: ${launcher.reason}`
}

/** Describes the canary. Throws when it has failed since this start; a failure before this start does not count. */
function describeCanary(canary: CanaryView, failing: string | null, bornAt: number): string {
  switch (canary.status) {
    case 'never':
      return 'not run yet: slipway doctor runs it, and so does POST /api/health/canary'
    case 'running':
      if (failing !== null) throw new Error(`${failing} It is being tried again.`)
      return `running since ${canary.at ?? 'a moment ago'}`
    case 'passed':
      return `passed at ${canary.at ?? '?'} in ${canary.duration_ms ?? '?'} ms`
    case 'failed':
      if (Date.parse(canary.at ?? '') >= bornAt) throw new Error(canary.reason ?? 'it failed')
      return `failed before this start: ${canary.reason ?? 'no reason given'}`
  }
}

/** Counts the slots in use; work that waits for a person has released its slot. */
function busy({ running }: Engine): number {
  return running.count() - running.slots.lent()
}

/** Judges how people's jobs ended recently. A canary that passed after the last failure clears it. */
async function probeJobs({ engine, canary, bornAt }: Readiness): Promise<string> {
  const since = Math.max(bornAt, clock.now() - RECENT_MS)
  const recent = await readOutcomes(engine.db.reader, new Date(since))
  const failed = recent.filter((job) => job.failedByServer)
  const [last] = failed
  const summary = `${failed.length} of the last ${recent.length} jobs failed for a reason of the server`
  if (last === undefined || failed.length < FAILURES || failed.length * 2 <= recent.length) return summary
  const { status, at } = await canary.view()
  if (status === 'passed' && Date.parse(at ?? '') >= last.endedAt.getTime())
    return `${summary}; a canary has passed since`
  canary.retry()
  throw new Error(`${summary}, the last one: ${last.error ?? 'no reason given'}`)
}
