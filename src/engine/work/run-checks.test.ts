import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commitInto } from '../../../test/helpers/real-work.ts'
import { gitIn } from '../../../test/helpers/source-repository.ts'
import {
  claimWork,
  journalOf,
  storeAttempt,
  storeAttempted,
  storeWork,
  underLock,
  type Attempted,
  viewOf,
} from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import type { WorkKind } from '../../domain/model.ts'
import { updateAttempt } from '../../store/attempts.ts'
import type { NewJobRow } from '../../store/jobs.ts'
import { jobRepository } from '../../workspace/job-repository.ts'
import type { Claim } from '../claim.ts'
import { runChecks } from './run-checks.ts'
import { runDeliver, runMerge } from './run-repository.ts'

let opened: TestEngine
let engine: TestEngine['engine']

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

const never = new AbortController().signal

/** Claims work of this kind of a job, or of its attempt. */
async function claim(place: Attempted, kind: WorkKind, of: 'job' | 'attempt'): Promise<Claim> {
  const { jobId, taskId, attemptId } = place
  await storeWork(engine.db, jobId, { kind, ...(of === 'job' ? {} : { taskId, attemptId }) })
  const queue = kind === 'checks' ? 'work' : 'repository'
  return { ...(await claimWork(engine.db, jobId, queue)), signal: never }
}

/** Stores a job with these files on its branch. */
async function storeBuilt(
  files: Readonly<Record<string, string | null>>,
  given: Partial<NewJobRow> = {},
): Promise<Attempted & { commit: string }> {
  const place = await storeAttempted(engine.db, given)
  return { ...place, commit: await commitInto(engine, place.jobId, files) }
}

async function setCommits(
  { jobId, attemptId }: Attempted,
  commits: { base_commit?: string; head_commit?: string },
): Promise<void> {
  await underLock(engine.db, jobId, (trx) => updateAttempt(trx, attemptId, commits))
}

describe('the checks of a whole job', () => {
  it('that pass on its branch report so with the evidence, and each check as it begins', async () => {
    const place = await storeBuilt({ 'a.txt': 'a\n' }, { checks: ['test -s a.txt', 'grep -q a a.txt'] })
    const report = await runChecks(engine, await claim(place, 'checks', 'job'))
    const { commit } = place
    expect(report.outcome).toEqual({
      kind: 'checks',
      verdict: 'pass',
      passed: ['test -s a.txt', 'grep -q a a.txt'],
      commit,
      failed: [],
    })
    expect(report.checks).toMatchObject([
      { kind: 'check', origin: 'person', command: 'test -s a.txt', verdict: 'pass', exitCode: 0, commit },
      { command: 'grep -q a a.txt', verdict: 'pass' },
    ])
    expect(report.events.map(({ type, message }) => `${type}: ${message.replace(/\d+ ms/, 'n ms')}`)).toEqual(
      [
        'check.finished: Passed: test -s a.txt (exit 0, n ms)',
        'check.finished: Passed: grep -q a a.txt (exit 0, n ms)',
      ],
    )
    expect(await journalOf(engine.db, place.jobId)).toEqual(['server check.started', 'server check.started'])
    expect((await viewOf(engine.db.reader, place.jobId))?.checking).toMatchObject({
      command: 'grep -q a a.txt',
      number: 2,
      total: 2,
    })
  })

  it('that fail give their output to the repair task', async () => {
    const place = await storeBuilt({}, { checks: ['echo broken; exit 3', 'test ! -e a.txt'] })
    const report = await runChecks(engine, await claim(place, 'checks', 'job'))
    expect(report.outcome).toEqual({
      kind: 'checks',
      verdict: 'fail',
      commit: place.commit,
      failed: [{ kind: 'check', command: 'echo broken; exit 3', log: 'broken\n' }],
    })
    expect(report.findings).toEqual([])
    expect(report.events[0]?.message).toMatch(/^Failed: echo broken; exit 3 \(exit 3, /)
  })

  it('are not run when their setup fails', async () => {
    const place = await storeBuilt({}, { setup: ['exit 4'], checks: ['test -e a.txt'] })
    const report = await runChecks(engine, await claim(place, 'checks', 'job'))
    expect(report.outcome).toMatchObject({ verdict: 'fail', failed: [{ kind: 'setup', command: 'exit 4' }] })
    expect(report.events).toMatchObject([
      { type: 'setup.finished', message: expect.stringMatching(/^The setup failed: exit 4/) },
    ])
  })

  it('that cannot fail prove nothing, and the reason is reported', async () => {
    const place = await storeBuilt({}, { checks: ['true'] })
    const report = await runChecks(engine, await claim(place, 'checks', 'job'))
    expect(report.outcome).toMatchObject({
      verdict: 'none',
      reason: expect.stringContaining('"true": It cannot fail'),
    })
    expect(report.events[0]?.message).toMatch(/^Does not count: true \(exit 0, .* ms\)\. It cannot fail/)
  })

  it('are none if nobody named one and none was found', async () => {
    const place = await storeBuilt({ 'notes.txt': 'a' })
    const report = await runChecks(engine, await claim(place, 'checks', 'job'))
    expect(report).toEqual({
      outcome: {
        kind: 'checks',
        verdict: 'none',
        commit: place.commit,
        failed: [],
        reason: 'There is no check to run: none was defined and none was found.',
      },
      events: [expect.objectContaining({ type: 'checks.none' })],
    })
    expect(await journalOf(engine.db, place.jobId)).toEqual([])
  })

  it('detect weakened tests', async () => {
    const test = "import test from 'node:test'\ntest('a', () => {})\ntest('b', () => {})\n"
    const place = await storeBuilt({ 'a.test.js': test, 'a.txt': 'a' }, { checks: ['test -s a.txt'] })
    await setCommits(place, { base_commit: place.commit })
    await commitInto(engine, place.jobId, { 'a.test.js': null, 'b.txt': 'b' })
    const report = await runChecks(engine, await claim(place, 'checks', 'job'))
    expect(report.outcome).toMatchObject({ verdict: 'pass' })
    expect(report.findings).toMatchObject([{ rule: 'test_deleted', path: 'a.test.js' }])
    expect(report.events.at(-1)).toMatchObject({
      type: 'finding.found',
      actor: 'server',
      data: { rule: 'test_deleted', path: 'a.test.js' },
    })
  })
})

describe('the checks of a task', () => {
  it('are its own, on the commit of its attempt, and do not compare the tests', async () => {
    const place = await storeBuilt({ 'a.txt': 'a' }, { checks: ['exit 1'] })
    await underLock(engine.db, place.jobId, (trx) =>
      trx
        .updateTable('tasks')
        .set({ checks: JSON.stringify(['test -s a.txt']) as never })
        .where('id', '=', place.taskId)
        .execute(),
    )
    await setCommits(place, { base_commit: place.commit, head_commit: place.commit })
    await commitInto(engine, place.jobId, { 'a.txt': null })
    const report = await runChecks(engine, await claim(place, 'checks', 'attempt'))
    expect(report.outcome).toMatchObject({ verdict: 'pass', commit: place.commit, passed: ['test -s a.txt'] })
    expect(report.findings).toEqual([])
    expect(report.events).toMatchObject([{ taskId: place.taskId, attemptId: place.attemptId }])
  })

  it('need a commit', async () => {
    const place = await storeBuilt({})
    await expect(runChecks(engine, await claim(place, 'checks', 'attempt'))).rejects.toThrow(
      'there is no commit to check',
    )
  })
})

describe('a merge', () => {
  /** Commits files as an attempt would: on a branch of its own, from this base. */
  function commitBeside({ jobId }: Attempted, base: string, name: string, text: string): string {
    const { dir } = jobRepository(engine.dataDir, jobId) ?? { dir: '' }
    const blob = gitIn(dir, ['hash-object', '-w', '--stdin'], text)
    const tree = gitIn(
      dir,
      ['mktree'],
      `${gitIn(dir, ['ls-tree', base])}\n100644 blob ${blob}\t${name}\n`.trimStart(),
    )
    return gitIn(dir, ['commit-tree', tree, '-p', base, '-m', 'attempt'])
  }

  it('puts the work of an attempt on the branch as one commit, once', async () => {
    const place = await storeBuilt({ 'a.txt': 'a' })
    const head_commit = commitBeside(place, place.commit, 'b.txt', 'b')
    await setCommits(place, { head_commit })
    await commitInto(engine, place.jobId, { 'c.txt': 'c' })
    const merging = await claim(place, 'merge', 'attempt')
    const report = await runMerge(engine, merging)
    expect(report.outcome).toEqual({ kind: 'merged', commit: expect.any(String) })
    expect(report.events).toMatchObject([
      { type: 'task.merged', actor: 'server', message: '"Build it" is on main.', taskId: place.taskId },
    ])
    expect(await runMerge(engine, merging)).toEqual(report)
    const { dir } = jobRepository(engine.dataDir, place.jobId) ?? { dir: '' }
    expect(gitIn(dir, ['ls-tree', '--name-only', 'main']).split('\n')).toEqual(['a.txt', 'b.txt', 'c.txt'])
    expect(gitIn(dir, ['log', '-1', '--format=%an %s', 'main'])).toBe('Developer Build it')
  })

  it('without changes makes no commit', async () => {
    const place = await storeBuilt({ 'a.txt': 'a' })
    await setCommits(place, { head_commit: place.commit })
    const report = await runMerge(engine, await claim(place, 'merge', 'attempt'))
    expect(report.outcome).toEqual({ kind: 'empty' })
    expect(report.events).toMatchObject([{ message: '"Build it" needed no change.', data: { commit: null } }])
  })

  it('with a conflict names the files', async () => {
    const place = await storeBuilt({ 'z.txt': 'z' })
    await setCommits(place, { head_commit: commitBeside(place, place.commit, 'b.txt', 'mine') })
    await commitInto(engine, place.jobId, { 'b.txt': 'yours' })
    const report = await runMerge(engine, await claim(place, 'merge', 'attempt'))
    expect(report.outcome).toEqual({ kind: 'conflict', files: ['b.txt'] })
    expect(report.events).toMatchObject([{ type: 'task.conflict', data: { files: ['b.txt'] } }])
  })

  it('needs a commit', async () => {
    const place = await storeBuilt({})
    await expect(runMerge(engine, await claim(place, 'merge', 'attempt'))).rejects.toThrow(
      'no commit to merge',
    )
    const job = await claim(place, 'merge', 'job')
    await expect(runMerge(engine, job)).rejects.toThrow('no commit to merge')
  })
})

it('a delivery is a clone of the branch, in the directory of the job', async () => {
  const place = await storeBuilt({ 'a.txt': 'a' })
  const report = await runDeliver(engine, await claim(place, 'deliver', 'job'))
  const result = path.join(engine.dataDir, 'jobs', place.jobId, 'result')
  expect(report.outcome).toEqual({ kind: 'delivered', path: result, commit: place.commit })
  expect(fs.readFileSync(path.join(result, 'a.txt'), 'utf8')).toBe('a')
  expect(report.events).toMatchObject([{ type: 'job.delivered', actor: 'server' }])
})

it('a missing repository of a job with work is never recreated', async () => {
  const place = await storeAttempted(engine.db)
  await storeAttempt(engine.db, place, { number: 2 }, { base_commit: 'b' })
  const claimed = await claim(place, 'deliver', 'job')
  await expect(runDeliver(engine, claimed)).rejects.toMatchObject({ name: 'RepositoryMissing' })
})
