import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, it } from 'vitest'

it('the journeys fail in time when the critical path is broken or events stop flowing', () => {
  const run = spawnSync(process.execPath, [path.join(import.meta.dirname, '..', 'mutations.ts')], {
    encoding: 'utf8',
  })
  expect(run.stdout + run.stderr).toContain('ok   HTTP, advance does nothing: red')
  expect(run.stdout + run.stderr).toContain('ok   screen, streams stay open and say nothing: red')
  expect(run.status, run.stdout + run.stderr).toBe(0)
}, 540_000)
