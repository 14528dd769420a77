import fs from 'node:fs'
import path from 'node:path'
import type { Backend, Launch } from '../../../agents/backend.ts'
import { ConformanceCase, type CaseResult, type Conformance } from '../../../contract/conformance.ts'
import { AppError } from '../../../lib/app-error.ts'
import { randomId } from '../../../lib/chance.ts'
import { clock } from '../../../lib/clock.ts'
import { timeLimit } from '../../../lib/timers.ts'
import { watchContacts, type ContactWatch } from '../../../sandbox/contacts.ts'
import { writeConformance } from '../../../store/server/conformance.ts'
import type { Engine } from '../../engine.ts'
import { usableBackend } from '../try-backend.ts'
import { openBench, type Verdict } from './bench.ts'
import { cases } from './cases.ts'
import { judgeContacts } from './judge-contacts.ts'

/** Backends that the kit is running with in this process. */
const underway = new Set<string>()

/**
 * Runs the conformance kit with a backend: every case in a workspace of its own, inside the walls and through the engine's
 * own sessions, one after another. Any behaviour of the program is a result, and the results are stored. Throws `AppError`
 * for a backend that does not exist or cannot be used.
 */
export async function runKit(engine: Engine, name: string): Promise<Conformance> {
  const { backend, launch, version } = await usableBackend(engine, name)
  if (underway.has(name))
    throw new AppError('test_underway', `"${name}" is being tested already: wait for it.`)
  underway.add(name)
  const root = path.join(engine.dataDir, 'trials', randomId())
  const watch = watchContacts(() => engine.launcher.runningIn(root))
  try {
    const results: CaseResult[] = []
    const seen: Seen = { root, watch, model: null, throughGateway: false, orphans: new Set() }
    for (const one of ConformanceCase.options) {
      const began = clock.steady()
      const verdict = await runCase(engine, backend, launch, one, results, seen)
      results.push({ case: one, ...verdict, duration_ms: Math.round(clock.steady() - began) })
    }
    const { model } = seen
    const found = { at: clock.iso(), version, model, walls: engine.launcher.walls, cases: results }
    await engine.db.tx((trx) => writeConformance(trx, name, found))
    return found
  } finally {
    watch?.close()
    underway.delete(name)
    await fs.promises.rm(root, { recursive: true, force: true })
  }
}

/** Observations over all cases. `root` is the directory of their benches. */
interface Seen {
  readonly root: string
  readonly watch: ContactWatch | null
  model: string | null
  throughGateway: boolean
  /** Cases after which processes were left; null where processes cannot be listed. */
  orphans: Set<ConformanceCase> | null
}

async function runCase(
  engine: Engine,
  backend: Backend,
  launch: Launch,
  one: ConformanceCase,
  before: readonly CaseResult[],
  seen: Seen,
): Promise<Verdict> {
  if (one === 'orphans') return orphans(seen)
  if (one === 'contacts') return judgeContacts(engine, backend.profile, seen)
  if (before.some((result) => result.case === 'start' && result.result === 'fail'))
    return { result: 'skip', sentence: 'It did not start.' }
  const { walls } = engine.launcher
  if (one === 'inside' && walls !== 'bubblewrap')
    return { result: 'skip', sentence: `These walls (${walls}) do not keep it from writing elsewhere.` }
  const timeout = timeLimit(engine.limits.kitCaseMs)
  const used = { profile: backend.profile, launch }
  const bench = await openBench(engine, used, path.join(seen.root, one), timeout)
  try {
    return await cases[one](bench)
  } catch (error) {
    const reason = timeout.aborted
      ? `It was not done within ${engine.limits.kitCaseMs / 1000} s.`
      : error instanceof Error
        ? error.message
        : String(error)
    return { result: 'fail', sentence: reason }
  } finally {
    seen.model ??= bench.model()
    seen.throughGateway ||= bench.throughGateway()
    await bench.close()
    const remaining = bench.processes()
    if (remaining === null) seen.orphans = null
    else if (remaining.length > 0) seen.orphans?.add(one)
  }
}

function orphans({ orphans: remaining }: Seen): Verdict {
  if (remaining === null)
    return { result: 'skip', sentence: 'This machine does not show which processes are left.' }
  if (remaining.size === 0) return { result: 'pass', sentence: 'No process was left after any case.' }
  return { result: 'fail', sentence: `Processes were left after: ${[...remaining].join(', ')}.` }
}
