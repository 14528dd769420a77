import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { WorkKind } from '../../domain/model.ts'
import type { Report } from '../claim.ts'
import { heldByUpgrade } from './held-by-upgrade.ts'
import { openOwnProgram } from '../own-program.ts'

const until = '2030-01-01T00:00:00.000Z'

function after(kind: WorkKind, report: Report): Report {
  const ids = { job_id: 'j', task_id: 't', attempt_id: 'a', queue_id: 'q' }
  const queued = { queue: 'work', status: 'running', outcome: null, epoch: 1, lease: 1 } as const
  return heldByUpgrade({ work: { ...ids, ...queued, id: 'w', kind } }, report, until)
}

describe('after the program of the server was replaced,', () => {
  const failed = { type: 'attempt.failed', actor: 'server', message: 'no' } as const
  const kept = {
    type: 'attempt.commits_kept',
    actor: 'server',
    message: 'kept',
    data: { refs: [] },
  } as const
  const evidence = { kind: 'checks', commit: 'c', failed: [] } as const

  it('a failed attempt does not count, and its work is kept', () => {
    const attempt = { status: 'failed', error: 'no', head_commit: 'c' } as const
    const report = after('attempt', { outcome: { kind: 'session' }, attempt, events: [kept, failed] })
    expect(report.attempt).toMatchObject({
      status: 'lost',
      head_commit: 'c',
      outcome: { held: { for: 'upgrade', until } },
    })
    expect(report.events.map(({ type }) => type)).toEqual(['attempt.commits_kept', 'attempt.held'])
  })

  it.each([
    ['a check that failed', 'checks', { ...evidence, verdict: 'fail' }],
    ['a delivery that failed', 'deliver', { kind: 'error', message: 'ENOENT' }],
  ] as const)('%s is set aside with its evidence', (_what, kind, outcome) => {
    expect(after(kind, { outcome, checks: [], events: [failed] })).toMatchObject({
      outcome: { kind: 'error', upgradedUntil: until },
      events: [{ type: `${kind}.held`, data: { held: { for: 'upgrade', until } } }],
    })
  })

  it.each([
    ['an attempt', 'attempt', { outcome: { kind: 'session' }, attempt: { status: 'succeeded' }, events: [] }],
    ['a check', 'checks', { outcome: { ...evidence, verdict: 'pass' }, checks: [], events: [] }],
  ] as const)('%s that succeeded counts', (_what, kind, report) => {
    expect(after(kind, report)).toBe(report)
  })
})

describe('the program of the server', () => {
  const checkout = path.join(import.meta.dirname, '..', '..', '..')
  let root: string
  beforeAll(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-program-'))
  })
  beforeEach(() => {
    fs.rmSync(root, { recursive: true })
    fs.mkdirSync(root)
    for (const part of ['src', 'node_modules', 'package-lock.json'])
      fs.symlinkSync(path.join(checkout, part), path.join(root, part))
    fs.writeFileSync(path.join(root, 'package.json'), '{"version":"1.0.0"}')
  })
  afterAll(() => fs.rmSync(root, { recursive: true }))

  it.each([
    ['is as it was', () => undefined, null],
    [
      'has another version',
      () => fs.writeFileSync(path.join(root, 'package.json'), '{"version":"2.0.0"}'),
      'version 1.0.0 runs and 2.0.0 is installed',
    ],
    [
      'is half written',
      () => fs.writeFileSync(path.join(root, 'package.json'), '{'),
      'version 1.0.0 runs and its package.json cannot be read',
    ],
    [
      'says no version',
      () => fs.writeFileSync(path.join(root, 'package.json'), '{}'),
      'version 1.0.0 runs and none is installed',
    ],
    ['has no lock file', () => fs.rmSync(path.join(root, 'package-lock.json')), 'package-lock.json is gone'],
    ['has no libraries', () => fs.rmSync(path.join(root, 'node_modules')), 'node_modules is gone'],
    ['has no agents', () => fs.rmSync(path.join(root, 'src')), 'src/own-agents/offline/main.ts is gone'],
  ])('%s', async (_what, change, found) => {
    const program = openOwnProgram(root, '1.0.0')
    change()
    expect(await program.check()).toBe(found)
  })

  it('that was missing for a moment affects work of that time, but not later work', async () => {
    const program = openOwnProgram(root, '1.0.0')
    const began = Date.now()
    fs.renameSync(path.join(root, 'node_modules'), path.join(root, 'moved'))
    await program.check()
    fs.renameSync(path.join(root, 'moved'), path.join(root, 'node_modules'))
    expect(await program.check()).toBeNull()
    expect(await program.wasUpgradedSince(began)).toBe(true)
    expect(await program.wasUpgradedSince(Date.now() + 1)).toBe(false)
  })
})
