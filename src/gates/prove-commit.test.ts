import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeDir } from '../../test/helpers/made-dirs.ts'
import { newId } from '../lib/ids.ts'
import { openLauncher, type Launcher } from '../sandbox/launcher.ts'
import { checkpoint, prepareWorkspace } from '../workspace/attempt-workspace.ts'
import { ensureJobRepository, headCommit, type JobRepository } from '../workspace/job-repository.ts'
import { readScripts } from './cannot-fail.ts'
import type { Check } from './check-commands.ts'
import { proveCommit, type Evidence } from './prove-commit.ts'

let dataDir: string
let launcher: Launcher
let repository: JobRepository
let commit: string

beforeAll(async () => {
  dataDir = makeDir('slipway-checks-')
  fs.mkdirSync(path.join(dataDir, 'run'))
  launcher = await openLauncher({ runDir: path.join(dataDir, 'run'), masked: [dataDir] })
  repository = await ensureJobRepository({ dataDir, jobId: newId(), source: null, branch: 'main' })
  const base = await headCommit(repository)
  const attemptDir = path.join(dataDir, 'attempt')
  const workspace = await prepareWorkspace(repository, { attemptDir, commit: base })
  fs.writeFileSync(path.join(workspace.dir, 'answer'), '42\n')
  ;({ commit } = await checkpoint(repository, {
    attemptDir,
    base,
    ref: 'refs/slipway/attempts/x',
    message: 'work',
    author: 'Developer 1',
  }))
})
afterAll(() => launcher.close())

async function prove(
  commands: readonly string[],
  more: { setup?: string[]; timeoutMs?: number } = {},
): Promise<Evidence[]> {
  const dir = path.join(dataDir, 'checks', newId())
  const evidence = await proveCommit({
    launcher,
    repository,
    commit,
    dir,
    dataDir,
    setup: more.setup ?? [],
    scripts: readScripts('{"scripts": {"test": "true"}}'),
    checks: commands.map((command): Check => ({ command, origin: 'plan' })),
    path: `${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    timeoutMs: more.timeoutMs ?? 15_000,
    logBytes: 10_000,
    signal: new AbortController().signal,
  })
  expect(fs.existsSync(dir)).toBe(false)
  return evidence
}

const verdicts = (evidence: readonly Evidence[]): string[] =>
  evidence.map(({ kind, verdict, log }) => `${kind} ${verdict} ${log.trim()}`.trim())

it('a command does not see changes of an earlier one, neither in the checkout nor in its HOME', async () => {
  const spoil = 'echo 41 > answer && touch new && echo x > "$HOME/.npmrc" && chmod 000 . "$HOME"'
  const intact = 'grep -qx 42 answer && test ! -e new && test ! -e "$HOME/.npmrc"'
  expect(verdicts(await prove([spoil, intact, spoil, intact]))).toEqual(Array(4).fill('check pass'))
})

it('the setup runs once, and every command starts from its result', async () => {
  const evidence = await prove(
    [
      'cat made "$HOME/tool" && echo 2 > made',
      'cat made "$HOME/tool" && rm made',
      'cat made && test -L link',
    ],
    { setup: ['pwd > where && cp answer made', 'echo tool > "$HOME/tool" && ln -s /nowhere link'] },
  )
  expect(verdicts(evidence)).toEqual([
    'setup pass',
    'setup pass',
    'check pass 42\ntool',
    'check pass 42\ntool',
    'check pass 42',
  ])
})

it('the result of a setup keeps its absolute path', async () => {
  const evidence = await prove(['test "$(cat where)" = "$(pwd)"', 'test "$(cat "$HOME/at")" = "$HOME"'], {
    setup: ['pwd > where && echo "$HOME" > "$HOME/at"'],
  })
  expect(verdicts(evidence)).toEqual(['setup pass', 'check pass', 'check pass'])
})

it('a failed setup is reported as such, and no check runs after it', async () => {
  const evidence = await prove(['test -f answer'], { setup: ['echo no network && exit 3', 'touch never'] })
  expect(evidence.map(({ kind, verdict, exitCode, log }) => ({ kind, verdict, exitCode, log }))).toEqual([
    { kind: 'setup', verdict: 'fail', exitCode: 3, log: 'no network\n' },
  ])
})

it('a command that does not end is stopped, and its log explains what to do', async () => {
  const [watching] = await prove(['sleep 60'], { timeoutMs: 300 })
  expect(watching?.verdict).toBe('fail')
  expect(watching?.log).toContain('[stopped after 0.3 s: the command did not end by itself.')
  expect(watching?.log).toContain('name one that runs once')
})

it('a check that cannot fail, or that found no test, passes and does not count', async () => {
  const evidence = await prove(['true', 'node --test', 'test -f answer', 'exit 1 || true', 'false'])
  expect(evidence.map(({ verdict, notCounted }) => [verdict, notCounted])).toEqual([
    ['pass', 'It cannot fail: it exits with 0 whatever the work is like.'],
    ['pass', 'It found no test to run.'],
    ['pass', null],
    ['fail', null],
    ['fail', null],
  ])
})
