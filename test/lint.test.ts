import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { makeDir } from './helpers/made-dirs.ts'

/** Tests our lint rules: each rule about where something may be done is broken once. */

const root = path.resolve(import.meta.dirname, '..')
const Findings = z.object({
  diagnostics: z.array(z.object({ filename: z.string(), message: z.string(), help: z.string().optional() })),
})

/** Lints the files with the rules of this tree; returns what to do about each finding, by file. */
function lint(planted: Readonly<Record<string, string>>): Record<string, string[]> {
  const dir = makeDir('slipway-lint-')
  fs.cpSync(path.join(root, '.oxlintrc.json'), path.join(dir, '.oxlintrc.json'))
  fs.cpSync(path.join(root, 'scripts', 'lint-rules.ts'), path.join(dir, 'scripts', 'lint-rules.ts'))
  for (const [file, text] of Object.entries(planted)) {
    fs.mkdirSync(path.dirname(path.join(dir, file)), { recursive: true })
    fs.writeFileSync(path.join(dir, file), text)
  }
  const oxlint = path.join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
  const { stdout } = spawnSync(process.execPath, [oxlint, '--format', 'json', 'src'], {
    cwd: dir,
    encoding: 'utf8',
  })
  const found: Record<string, string[]> = {}
  for (const { filename, message, help } of Findings.parse(JSON.parse(stdout)).diagnostics)
    (found[filename] ??= []).push(help ?? message)
  return found
}

const time = 'Read the time from `clock` of src/lib/clock.ts, so that it could be simulated.'
const timer = 'Wait with src/lib/waiting.ts or src/lib/timers.ts, so that time could be simulated.'
const chance = 'Take chance from src/lib/chance.ts, so that it could be simulated.'

it('refuses time, timers and chance that do not come from src/lib', () => {
  const faults = [
    ['export const at = Date.now()', time],
    ['export const at = new Date()', time],
    ['export const at = Date()', time],
    ['export const { now } = Date', time],
    ['export const at = performance.now()', time],
    ["import { performance } from 'node:perf_hooks'\nexport const at = performance", time],
    ['export const timer = setTimeout(() => undefined, 1)', timer],
    ['export const timer = globalThis.setInterval(() => undefined, 1)', timer],
    ['export const start = setTimeout', timer],
    ["import { setTimeout as wait } from 'node:timers/promises'\nexport const sleep = wait", timer],
    ["import timers from 'node:timers'\nexport const start = timers.setTimeout", timer],
    ['export const late = AbortSignal.timeout(1)', timer],
    ['export const dice = Math.random()', chance],
    ["import { randomUUID } from 'node:crypto'\nexport const id = randomUUID()", chance],
    ['export const id = crypto.randomUUID()', chance],
  ] as const
  const files = faults.map(([text], number) => [`src/engine/fault-${number}.ts`, `${text}\n`])
  const expected = faults.map(([, what], number) => [`src/engine/fault-${number}.ts`, [what]])
  expect(lint(Object.fromEntries(files))).toEqual(Object.fromEntries(expected))
})

it('allows them in src/lib, the client, our own agents and tests, and allows a given time', () => {
  const text = 'export const at = [Date.now(), Math.random(), setTimeout(() => undefined, 1)]\n'
  const given =
    'export const at = (clock: { now(): number }): Date[] => [new Date(5), new Date(clock.now())]\n'
  const files = ['src/lib/clock.ts', 'src/client/follow.ts', 'src/own-agents/offline/play.ts']
  expect(
    lint({ ...Object.fromEntries(files.map((file) => [file, text])), 'src/engine/given.ts': given }),
  ).toEqual({})
  expect(lint({ 'src/engine/act.test.ts': 'export const at = Date.now()\n' })).toEqual({})
})

it('refuses writes to a job outside the named transactions', () => {
  const acts = 'in personAct, underLease or serverAct of src/engine/job-transactions.ts.'
  const faults = [
    ["import { lockJob } from '../../store/jobs.ts'\nexport const act = lockJob", `Write to a job ${acts}`],
    [
      "import * as jobs from '../../store/jobs.ts'\nexport const act = jobs.lockJob",
      `Write to a job ${acts}`,
    ],
    [
      "import { appendEvents } from '../../store/events.ts'\nexport const act = appendEvents",
      'Use the append of personAct, underLease or serverAct of src/engine/job-transactions.ts.',
    ],
    [
      "import { holdsLease } from '../../store/work.ts'\nexport const act = holdsLease",
      'Write under a lease in underLease of src/engine/job-transactions.ts.',
    ],
    [
      "import { enqueueAdvance } from '../../store/queue.ts'\nexport const act = enqueueAdvance",
      'Use the queueAdvance of personAct, underLease or serverAct of src/engine/job-transactions.ts.',
    ],
  ] as const
  const files = faults.map(([text], number) => [`src/engine/people/fault-${number}.ts`, `${text}\n`])
  const expected = faults.map(([, what], number) => [`src/engine/people/fault-${number}.ts`, [what]])
  expect(lint(Object.fromEntries(files))).toEqual(Object.fromEntries(expected))
  const wired = { 'src/main.ts': "import { lockJob } from './store/jobs.ts'\nexport const act = lockJob\n" }
  expect(lint(wired)).toEqual({ 'src/main.ts': [`Write to a job ${acts}`] })
})
