import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  storeAttempt,
  storeAttempted,
  storeJob,
  storeWork,
  underLock,
  type Attempted,
} from '../../test/helpers/stored-job.ts'
import { openTestStore } from '../../test/helpers/test-store.ts'
import { newId } from '../lib/ids.ts'
import { insertChecks, listChecks, type NewCheck } from './checks.ts'
import type { Database } from './database/database.ts'
import { appendEvents } from './events.ts'
import {
  storeFindings,
  listFindings,
  listLeftOut,
  readFindings,
  waiveFinding,
  type NewFinding,
} from './findings.ts'
import { readHeads } from './server/heads.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute))

const check = (command: string, more: Partial<NewCheck> = {}): NewCheck => ({
  kind: 'check',
  origin: 'plan',
  command,
  verdict: 'pass',
  notCounted: null,
  exitCode: 0,
  durationMs: 12,
  commit: 'c1',
  log: 'fine\n',
  logTruncated: false,
  versions: { node: '24' },
  walls: 'bubblewrap',
  startedAt: at(0),
  ...more,
})

/** Stores a round of checks of the whole job, or of its task. */
async function storeRound(
  { jobId, taskId, attemptId }: Attempted,
  of: 'job' | 'task',
  checks: readonly NewCheck[],
): Promise<void> {
  const subject = of === 'job' ? { taskId: null, attemptId: null } : { taskId, attemptId }
  const workId = await storeWork(db, jobId, subject)
  await underLock(db, jobId, (trx) => insertChecks(trx, { jobId, workId, ...subject }, checks))
}

describe('checks', () => {
  it('are stored with their evidence', async () => {
    const place = await storeAttempted(db)
    const failed = check('npm test', {
      kind: 'setup',
      origin: 'person',
      verdict: 'fail',
      notCounted: 'it found no test',
      exitCode: null,
      logTruncated: true,
    })
    await storeRound(place, 'task', [failed])
    expect(await listChecks(db.reader, place.jobId)).toEqual([
      {
        id: expect.any(String),
        kind: 'setup',
        scope: 'task',
        origin: 'person',
        task_id: place.taskId,
        attempt_id: place.attemptId,
        round: 1,
        command: 'npm test',
        verdict: 'fail',
        not_counted: 'it found no test',
        exit_code: null,
        duration_ms: 12,
        commit: 'c1',
        log: 'fine\n',
        log_truncated: true,
        versions: { node: '24' },
        walls: 'bubblewrap',
        started_at: at(0).toISOString(),
      },
    ])
  })

  it('are listed by time and position in the run, and counted in rounds of their task or job', async () => {
    const place = await storeAttempted(db)
    await storeRound(place, 'job', [check('b'), check('c')])
    await storeRound(place, 'task', [check('a', { startedAt: at(-1) })])
    await storeRound(place, 'job', [check('d', { startedAt: at(1) })])
    await storeRound(place, 'job', [])
    await storeRound(place, 'job', [check('e', { startedAt: at(2) })])
    const checks = await listChecks(db.reader, place.jobId)
    expect(checks.map(({ scope, round, command }) => `${scope} ${round} ${command}`)).toEqual([
      'task 1 a',
      'job 1 b',
      'job 1 c',
      'job 2 d',
      'job 3 e',
    ])
    expect(await listChecks(db.reader, newId())).toEqual([])
  })
})

describe('findings', () => {
  const finding = (path: string, message = `${path} is gone`): NewFinding => ({
    rule: 'test_deleted',
    path,
    detail: '',
    message,
  })
  const keep = (jobId: string, commit: string, found: readonly NewFinding[]): Promise<void> =>
    underLock(db, jobId, (trx) => storeFindings(trx, jobId, commit, found))

  it('are stored once, with the commit that last showed them, and with their waiver', async () => {
    const jobId = await storeJob(db)
    await keep(jobId, 'c1', [finding('a'), finding('b')])
    const [first] = await readFindings(db.reader, jobId)
    const waive = (because: string): Promise<boolean> =>
      underLock(db, jobId, (trx) => waiveFinding(trx, first?.id ?? '', because))
    expect(await waive('it was wrong')).toBe(true)
    expect(await waive('again')).toBe(false)
    await keep(jobId, 'c2', [finding('a', 'a is still gone')])
    await keep(jobId, 'c3', [])
    expect(await readFindings(db.reader, jobId)).toEqual([
      { id: first?.id, message: 'a is still gone', commit: 'c2', waived: true },
      { id: expect.any(String), message: 'b is gone', commit: 'c1', waived: false },
    ])
    expect(await underLock(db, jobId, (trx) => waiveFinding(trx, newId(), 'x'))).toBe(false)
  })

  it('are shown for the last checked commit of the whole job', async () => {
    const place = await storeAttempted(db)
    const { jobId } = place
    await keep(jobId, 'c1', [finding('a')])
    await keep(jobId, 'c2', [finding('b'), finding('c')])
    expect(await listFindings(db.reader, jobId)).toEqual([])
    const shown = async (): Promise<string[]> =>
      (await listFindings(db.reader, jobId)).map(({ path, verdict }) => `${path} ${verdict}`)
    await storeRound(place, 'job', [check('npm test', { commit: 'c1' })])
    await storeRound(place, 'task', [check('npm test', { commit: 'c2', startedAt: at(2) })])
    expect(await shown()).toEqual(['a fail'])
    await storeRound(place, 'job', [check('npm test', { commit: 'c2', startedAt: at(1) })])
    expect(await shown()).toEqual(['b fail', 'c fail'])
    const found = await readFindings(db.reader, jobId)
    const id = found.find(({ message }) => message === 'c is gone')?.id ?? ''
    await underLock(db, jobId, (trx) => waiveFinding(trx, id, 'it was wrong'))
    expect((await listFindings(db.reader, jobId))[1]).toEqual({
      id,
      rule: 'test_deleted',
      path: 'c',
      message: 'c is gone',
      commit: 'c2',
      verdict: 'waived',
      waived_because: 'it was wrong',
      found_at: expect.any(String),
      waived_at: expect.any(String),
    })
  })
})

it('files that were left out are listed once each, by path, up to a limit', async () => {
  const jobId = await storeJob(db)
  const leave = async (left_out: readonly { path: string; why: string }[]): Promise<void> => {
    await underLock(db, jobId, (trx) =>
      appendEvents(trx, jobId, [
        { type: 'checkpoint.left_out', actor: 'server', message: 'Not committed.', data: { left_out } },
      ]),
    )
  }
  expect(await listLeftOut(db.reader, jobId)).toEqual([])
  await leave([
    { path: 'node_modules', why: 'dependencies' },
    { path: 'core', why: 'a core file' },
  ])
  await leave([{ path: 'node_modules', why: 'dependencies, again' }])
  expect(await listLeftOut(db.reader, jobId)).toEqual([
    { path: 'core', why: 'a core file' },
    { path: 'node_modules', why: 'dependencies, again' },
  ])
  await leave(Array.from({ length: 150 }, (_, n) => ({ path: `z${n}`, why: 'a cache' })))
  expect(await listLeftOut(db.reader, jobId)).toHaveLength(100)
})

it('the head of a job is its last merge, otherwise its base, otherwise null', async () => {
  const at = async (place: Attempted, base_commit: string): Promise<string> =>
    storeAttempt(db, place, { number: 2 }, { base_commit })
  const merged = await storeAttempted(db, {}, { head_commit: 'h', result_path: '/r' })
  await at(merged, 'b')
  const begun = await storeAttempted(db, { branch: 'trunk' })
  await at(begun, 'first')
  await at(begun, 'second')
  const fresh = await storeAttempted(db)
  const hidden = await storeJob(db, { isHidden: true })
  const heads = new Map((await readHeads(db.reader)).map((head) => [head.id, head]))
  expect([merged, begun, fresh].map(({ jobId }) => heads.get(jobId))).toEqual([
    { id: merged.jobId, branch: 'main', commit: 'h', isDelivered: true },
    { id: begun.jobId, branch: 'trunk', commit: 'first', isDelivered: false },
    { id: fresh.jobId, branch: 'main', commit: null, isDelivered: false },
  ])
  expect(heads.has(hidden)).toBe(false)
})
