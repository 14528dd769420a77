import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { storeJob, storeWork, claimWork, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import type { CanaryView, Health } from '../../contract/server.ts'
import type { WorkOutcome } from '../../domain/model.ts'
import type { Database } from '../../store/database/database.ts'
import { insertWorker } from '../../store/server/workers.ts'
import { endWork } from '../../store/work.ts'
import type { Engine } from '../engine.ts'
import { openOwnProgram } from '../own-program.ts'
import type { Worker } from '../work/worker.ts'
import type { Canary } from './canary.ts'
import { openReadiness, type Readiness } from './health.ts'

let opened: TestEngine
let engine: Engine
let bornAt: number

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
  await engine.db.tx((trx) => insertWorker(trx, { id: engine.workerId, host: 'h', pid: 1, slots: 1 }))
})
afterAll(() => opened.close())
beforeEach(async () => {
  await engine.db.tx((trx) => trx.deleteFrom('jobs').execute())
  bornAt = Date.now()
})

const never: CanaryView = { status: 'never', at: null, duration_ms: null, job_id: null, reason: null }
const worker: Worker = {
  beat: () => Date.now(),
  rescued: () => 3,
  pause: () => Promise.resolve(),
  resume: () => Promise.resolve(),
  stop: () => Promise.resolve(),
}

/** A canary with the given state, which counts its retries. */
function canaryAt(
  view: Partial<CanaryView> = {},
  failing: string | null = null,
): Canary & { retries: number } {
  const canary = {
    retries: 0,
    view: () => Promise.resolve({ ...never, ...view }),
    run: () => Promise.reject(new Error('not here')),
    failing: () => failing,
    retry: () => {
      canary.retries += 1
    },
    close: () => Promise.resolve(),
  }
  return canary
}

function look(parts: Partial<Readiness> = {}): Promise<Health> {
  return openReadiness({ engine, worker, canary: canaryAt(), version: '1.0.0', bornAt, ...parts })()
}

async function check(
  name: string,
  parts: Partial<Readiness> = {},
): Promise<Health['checks'][string] | undefined> {
  return (await look(parts)).checks[name]
}

it('a healthy server reports the results of its checks', async () => {
  expect(await look()).toEqual({
    status: 'ok',
    version: '1.0.0',
    checks: {
      database: { ok: true, detail: engine.db.engine },
      queue: { ok: true, detail: '0 entries due, 3 jobs rescued' },
      workspace: { ok: true, detail: expect.stringMatching(/^\d+ GB free$/) },
      git: { ok: true, detail: expect.stringMatching(/^git version/) },
      sandbox: { ok: true, detail: expect.stringContaining(engine.launcher.walls) },
      worker: { ok: true, detail: '2 slots, 0 busy' },
      program: { ok: true, detail: 'version 1.0.0' },
      canary: { ok: true, detail: expect.stringMatching(/^not run yet/) },
      jobs: { ok: true, detail: '0 of the last 0 jobs failed for a reason of the server' },
    },
  })
})

describe('an unhealthy server reports a problem', () => {
  it('with its database', async () => {
    const trouble = { ...engine, db: { ...engine.db, unavailableReason: () => 'another server has it' } }
    expect(await look({ engine: trouble })).toMatchObject({
      status: 'unavailable',
      checks: { database: { ok: false, detail: 'another server has it' } },
    })
  })

  it('with its queue, when it does not respond in time', async () => {
    const asked = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const slow: Database = {
      ...engine.db,
      tx: (run) => {
        asked.resolve()
        return gate.promise.then(() => engine.db.tx(run))
      },
    }
    const ready = openReadiness({
      engine: { ...engine, db: slow },
      worker,
      canary: canaryAt(),
      version: '1.0.0',
      bornAt,
    })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const first = ready()
    await asked.promise
    await vi.advanceTimersByTimeAsync(3000)
    vi.useRealTimers()
    expect((await first).checks['queue']).toEqual({
      ok: false,
      detail: expect.stringMatching(/^it has not answered for \d+ s$/),
    })
    gate.resolve()
    expect((await ready()).checks['queue']).toMatchObject({ ok: true })
  })

  it('with its disk and its program', async () => {
    const limits = { ...engine.limits, freeDiskBytes: Number.MAX_SAFE_INTEGER }
    const program = openOwnProgram(engine.dataDir, '1.0.0')
    const { checks } = await look({ engine: { ...engine, limits, program } })
    expect(checks['workspace']).toMatchObject({ ok: false, detail: expect.stringContaining('make room') })
    expect(checks['program']).toMatchObject({
      ok: false,
      detail: expect.stringContaining('restart the server'),
    })
  })

  it('with its sandbox, when no program runs in it', async () => {
    const limits = { ...engine.limits, path: '/nowhere' }
    expect(await check('sandbox', { engine: { ...engine, limits } })).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/ended with exit code/),
    })
    const launcher = { ...engine.launcher, reason: 'there is no bubblewrap' }
    expect(await check('sandbox', { engine: { ...engine, launcher } })).toMatchObject({
      ok: true,
      detail: expect.stringContaining(': there is no bubblewrap'),
    })
  })

  it('with its worker', async () => {
    const silent = { ...worker, beat: () => 0 }
    expect(await check('worker', { worker: silent, bornAt: Date.now() - 60_000 })).toEqual({
      ok: false,
      detail: 'the worker loop has been silent for 60 s: restart the server',
    })
    expect(await check('worker', { worker: silent })).toMatchObject({ ok: true })
    const limits = { ...engine.limits, slots: 0 }
    expect(await check('worker', { engine: { ...engine, limits } })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('switched off'),
    })
  })
})

describe('the canary', () => {
  const at = (ms: number): string => new Date(bornAt + ms).toISOString()

  it.each<[string, () => Canary, boolean, string]>([
    ['under way', () => canaryAt({ status: 'running', at: null }), true, 'running since a moment ago'],
    [
      'tried again',
      () => canaryAt({ status: 'running' }, 'No git.'),
      false,
      'No git. It is being tried again.',
    ],
    ['passed', () => canaryAt({ status: 'passed', at: at(0), duration_ms: 5 }), true, ' in 5 ms'],
    ['passed, some time', () => canaryAt({ status: 'passed' }), true, 'passed at ? in ? ms'],
    ['failed', () => canaryAt({ status: 'failed', at: at(1), reason: 'no git' }), false, 'no git'],
    ['failed, nobody knows why', () => canaryAt({ status: 'failed', at: at(1) }), false, 'it failed'],
    [
      'failed before',
      () => canaryAt({ status: 'failed', at: at(-1) }),
      true,
      'before this start: no reason given',
    ],
    [
      'failed, some time',
      () => canaryAt({ status: 'failed', reason: 'x' }),
      true,
      'failed before this start: x',
    ],
  ])('that is %s', async (_what, canary, ok, detail) => {
    expect(await check('canary', { canary: canary() })).toEqual({
      ok,
      detail: expect.stringContaining(detail),
    })
  })
})

describe('recently ended jobs', () => {
  /** Stores a job that ended now, with work that ended in an error of the server, or well. */
  async function ended(how: 'by the server' | 'well'): Promise<void> {
    const status = how === 'well' ? 'completed' : 'failed'
    const id = await storeJob(engine.db, {}, { status, completed_at: new Date() })
    await storeWork(engine.db, id)
    const { work } = await claimWork(engine.db, id)
    const outcome: WorkOutcome =
      how === 'well' ? { kind: 'session' } : { kind: 'error', message: 'no git', server: true }
    await underLock(engine.db, id, (trx) => endWork(trx, work.id, null, 'done', outcome))
  }

  async function all(how: readonly Parameters<typeof ended>[0][]): Promise<void> {
    for (const one of how) await ended(one)
  }

  it('count against the server when most of them, and several, failed for its own reasons', async () => {
    await all(['by the server', 'by the server'])
    expect(await check('jobs')).toMatchObject({
      ok: true,
      detail: expect.stringContaining('2 of the last 2 jobs'),
    })
    await all(['by the server'])
    const canary = canaryAt()
    expect(await check('jobs', { canary })).toEqual({
      ok: false,
      detail: '3 of the last 3 jobs failed for a reason of the server, the last one: no git',
    })
    expect(canary.retries).toBe(1)
    await all(['well', 'well', 'well'])
    expect(await check('jobs')).toMatchObject({ ok: true })
  })

  it('do not count after a canary has passed', async () => {
    await all(['by the server', 'by the server', 'by the server'])
    const passed = { status: 'passed', at: new Date(Date.now() + 1000).toISOString() } as const
    expect(await check('jobs', { canary: canaryAt(passed) })).toMatchObject({
      ok: true,
      detail: expect.stringContaining('a canary has passed since'),
    })
    const before = { status: 'passed', at: new Date(0).toISOString() } as const
    expect(await check('jobs', { canary: canaryAt(before) })).toMatchObject({ ok: false })
    expect(await check('jobs', { canary: canaryAt({ status: 'passed' }) })).toMatchObject({ ok: false })
  })

  it('do not count if they ended before the server started', async () => {
    await all(['by the server', 'by the server', 'by the server'])
    expect(await check('jobs', { bornAt: Date.now() + 60_000 })).toMatchObject({ ok: true })
  })
})
