import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileIn, playAttempt, prepareAttempt, type Played } from '../../../test/helpers/real-attempt.ts'
import { addFixture, repositoryDir } from '../../../test/helpers/real-work.ts'
import { gitIn } from '../../../test/helpers/source-repository.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import type { Report } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { runAttempt } from './run-attempt.ts'

let opened: TestEngine
let engine: Engine

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

/** Runs an attempt whose agent plays this. */
const run = (play: object): Promise<Played> => playAttempt(engine, play)

const typesOf = (report: Report): string[] => report.events.map(({ actor, type }) => `${actor} ${type}`)

/** A turn in which an agent runs a script in its workspace. */
const shell = (script: string): object[] => [
  { spawn: ['sh', '-c', `${script}\ntouch .git/done`] },
  { waitFor: '.git/done' },
]

describe('the files and commits of an agent', () => {
  it('that do not belong in a repository are reported and not committed', async () => {
    const junk = ['node_modules/a/index.js', '.env', 'core', 'id_rsa', 'a.pyc', '.cache/x', 'venv/y']
    const turn = [...junk, 'src/a.js'].map((name) => ({ write: [name, 'x'] }))
    const { report } = await run({ turn })
    expect(typesOf(report)).toEqual(['server checkpoint.left_out', 'agent:Developer attempt.succeeded'])
    const [left] = report.events
    expect(left?.message).toMatch(/^Not committed: .*, and 2 more\. What checks need of it/)
    expect(left?.data).toMatchObject({ left_out: expect.objectContaining({ length: 7 }) })
    expect(report.attempt).toMatchObject({ changed: true })
  })

  it('are listed completely when they are few', async () => {
    const { report } = await run({ turn: [{ write: ['.env', 'x'] }, { write: ['a', 'x'] }] })
    expect(report.events[0]?.message).toMatch(/^Not committed: \.env \([^)]+\)\. What checks need/)
  })

  it('are kept under references if they are commits, also of nested repositories', async () => {
    const script = `
      git checkout -qb side && echo 1 > one && git add one && git commit -qm one
      for n in 1 2 3 4 5; do git branch "b$n"; done
      mkdir sub && cd sub && git init -q . && echo 2 > two && git add two
      git -c user.name=A -c user.email=a@b commit -qm two && cd ..`
    const prepared = await run({ turn: shell(script) })
    const { jobId, attemptId, report } = prepared
    expect(typesOf(report)).toEqual([
      'server attempt.commits_kept',
      'server attempt.commits_kept',
      'agent:Developer attempt.succeeded',
    ])
    expect(report.events[0]?.message).toBe(
      `Kept what the agent committed itself (b1, b2, b3, b4, b5 and others), under refs/slipway/kept/${attemptId}/1/ of the job's repository.`,
    )
    expect(report.events[1]?.message).toContain('itself in ./sub (')
    const refs = gitIn(repositoryDir(engine, jobId), [
      'for-each-ref',
      '--format=%(refname)',
      'refs/slipway/kept',
    ])
    expect(refs.split('\n').length).toBeGreaterThan(6)
    expect(fileIn(engine, prepared, 'sub/two')).toBe('2')
  })

  it('stay in the workspace if the commits cannot be kept', async () => {
    const script = `
      echo 1 > one && git add one && git commit -qm one
      blob=$(git rev-parse HEAD:one)
      rm -f ".git/objects/$(echo "$blob" | cut -c1-2)/$(echo "$blob" | cut -c3-)"`
    const { attemptDir, report } = await run({ turn: shell(script) })
    expect(typesOf(report)).toEqual(['server attempt.commits_not_kept', 'agent:Developer attempt.succeeded'])
    expect(report.events[0]?.message).toContain(`its workspace stays in ${path.join(attemptDir, 'ws')}`)
    expect(fs.existsSync(path.join(attemptDir, 'ws', 'one'))).toBe(true)
  })

  it('cause an explained error when they are nested deeper than git can record', async () => {
    const script = `
      name=$(printf 'd%.0s' $(seq 200))
      ( for n in $(seq 18); do mkdir "$name" && cd "$name" || exit 1; done; echo deep > file )`
    const prepared = await prepareAttempt(engine, await addFixture(engine, { turn: shell(script) }))
    await expect(runAttempt(engine, prepared.claim)).rejects.toThrow(
      'A file is nested deeper than git can record',
    )
  })
})
