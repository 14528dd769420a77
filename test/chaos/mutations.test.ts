import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, it } from 'vitest'

it('the suite goes red, each time in under 30 s, when the critical path is broken in any of three places', () => {
  const run = spawnSync(process.execPath, [path.join(import.meta.dirname, '..', 'mutations.mjs')], {
    encoding: 'utf8',
  })
  expect(run.stdout + run.stderr).toContain('ok   advance does nothing: red')
  expect(run.status, run.stdout + run.stderr).toBe(0)
}, 180_000)
