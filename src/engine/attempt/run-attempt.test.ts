import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  fileIn,
  playAttempt,
  prepareAttempt,
  promptsOf,
  type Played,
  type Scene,
} from '../../../test/helpers/real-attempt.ts'
import { addFixture, commitInto, repositoryDir } from '../../../test/helpers/real-work.ts'
import { gitIn } from '../../../test/helpers/source-repository.ts'
import { storeAttempt, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { until } from '../../../test/helpers/until.ts'
import type { CustomBackend } from '../../contract/backend.ts'
import { newId } from '../../lib/ids.ts'
import type { AttemptChange, NewAttempt } from '../../store/attempts.ts'
import { readEvents } from '../../store/events.ts'
import { listAgents } from '../../store/views/team-views.ts'
import { insertMessage } from '../../store/messages.ts'
import { addBackend, removeBackend } from '../backends/custom-backends.ts'
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
const run = (play: object, scene: Scene = {}): Promise<Played> => playAttempt(engine, play, scene)

const typesOf = (report: Report): string[] => report.events.map(({ actor, type }) => `${actor} ${type}`)

describe('an attempt', () => {
  it("ends with a commit of the agent's changes, with that agent as author", async () => {
    const { jobId, attemptId, attemptDir, report } = await run({ turn: [{ write: ['src/a.js', '1\n'] }] })
    expect(report).toMatchObject({
      outcome: { kind: 'session' },
      attempt: {
        status: 'succeeded',
        changed: true,
        stop_reason: 'end_turn',
        walls: engine.launcher.walls,
        outcome: {},
      },
      events: [
        {
          type: 'attempt.succeeded',
          actor: 'agent:Developer',
          message: 'Attempt 1 of "Build it" ended with 1 changed files.',
        },
      ],
    })
    const dir = repositoryDir(engine, jobId)
    expect(gitIn(dir, ['log', '-1', '--format=%an: %s', `refs/slipway/attempts/${attemptId}`])).toBe(
      'Developer: Build it (attempt 1)',
    )
    expect(fs.readdirSync(attemptDir).filter((name) => name === 'ws' || name === 'home')).toEqual([])
  })

  it('that changed nothing has failed if only a change could show its work', async () => {
    const { report } = await run({ turn: [{ say: 'Done!' }] })
    expect(report.attempt).toMatchObject({
      status: 'failed',
      error: 'The agent ended its turn and had changed nothing.',
    })
    const { report: checked } = await run({ turn: [] }, { task: { checks: ['true'] } })
    expect(checked.attempt).toMatchObject({ status: 'succeeded', changed: false })
  })

  it.each([
    ['stops for another reason', { turn: [{ stop: { stopReason: 'refusal' } }] }, 'stopped with "refusal"'],
    ['dies', { turn: [{ warn: 'no memory\n' }, { exit: 3 }] }, 'exit code 3. It wrote: no memory'],
    ['is killed', { turn: [{ spawn: ['sh', '-c', 'kill -9 $PPID'] }, { hang: true }] }, 'exit code 137'],
  ])('whose agent %s has failed, and its changes are kept', async (_what, play, why) => {
    const prepared = await run({ turn: [{ write: ['half.txt', 'half'] }, ...play.turn] })
    expect(prepared.report.attempt).toMatchObject({ status: 'failed', error: expect.stringContaining(why) })
    expect(typesOf(prepared.report)).toEqual(['agent:Developer attempt.failed'])
    expect(fileIn(engine, prepared, 'half.txt')).toBe('half')
  })

  it('whose agent does not start has failed', async () => {
    const { report } = await run({ start: 'exit' })
    expect(report.attempt).toMatchObject({ status: 'failed', error: expect.stringContaining('exit code 0') })
  })

  it('whose backend no longer exists has failed', async () => {
    const backend = await addFixture(engine, {})
    const { claim } = await prepareAttempt(engine, backend)
    await removeBackend(engine, backend)
    const report = await runAttempt(engine, claim)
    expect(report.attempt).toMatchObject({
      status: 'failed',
      error: `The backend "${backend}" is no longer configured.`,
    })
  })

  it('whose agent has reached the limit of its subscription waits and does not count', async () => {
    const { report } = await run({ turn: [{ say: "You've hit your usage limit." }] })
    expect(report.attempt).toMatchObject({ status: 'lost', outcome: { held: { for: 'provider' } } })
    expect(typesOf(report)).toEqual(['agent:Developer attempt.held'])
  })

  it('is not run for work that another worker has taken', async () => {
    const { claim } = await prepareAttempt(engine, await addFixture(engine, {}))
    const stale = { ...claim, lease: claim.lease + 1 }
    await expect(runAttempt(engine, stale)).rejects.toThrow('The work was given to another worker.')
  })

  it('is not run when it, or its task, does not exist', async () => {
    const { claim } = await prepareAttempt(engine, await addFixture(engine, {}))
    const work = { ...claim.work, attempt_id: null, task_id: null }
    await expect(runAttempt(engine, { ...claim, work })).rejects.toThrow('the attempt or its task is gone')
    const gone = { ...claim.work, attempt_id: newId(), task_id: newId() }
    await expect(runAttempt(engine, { ...claim, work: gone })).rejects.toThrow('is gone')
  })
})

describe('the starting commit of an attempt', () => {
  const feedback = (kind: 'check' | 'conflict') => [{ kind, summary: 'again' }] as const
  const touched = { turn: [{ write: ['again.txt', 'x'] }] }

  /** Runs a second attempt after one that left a commit. */
  async function second(given: Partial<NewAttempt>): Promise<{ base: string; left: string; main: string }> {
    const backend = await addFixture(engine, touched)
    const prepared = await prepareAttempt(engine, backend, { attempt: { number: 2, ...given } })
    const { jobId } = prepared
    const left = await commitInto(engine, jobId, { 'left.txt': 'left' })
    const main = await commitInto(engine, jobId, { 'main.txt': 'main' })
    const change: AttemptChange = { status: 'failed', base_commit: left, head_commit: left }
    const first = await storeAttempt(engine.db, prepared, { number: 1 }, change)
    if (given.kind === 'review')
      await underLock(engine.db, jobId, (trx) =>
        trx.updateTable('attempts').set({ subject_id: first }).where('id', '=', prepared.attemptId).execute(),
      )
    await runAttempt(engine, prepared.claim)
    const row = await engine.db.reader
      .selectFrom('attempts')
      .select('base_commit')
      .where('id', '=', prepared.attemptId)
      .executeTakeFirstOrThrow()
    return { base: row.base_commit ?? '', left, main }
  }

  it('is the result of the previous attempt if that was sent back', async () => {
    const { base, left } = await second({ feedback: [...feedback('check')] })
    expect(base).toBe(left)
  })

  it('is the newest main for a first attempt and after a conflict', async () => {
    const first = await second({})
    expect(first.base).toBe(first.main)
    const conflict = await second({ feedback: [...feedback('conflict')] })
    expect(conflict.base).toBe(conflict.main)
  })

  it('is the reviewed commit for a review', async () => {
    const { base, left } = await second({ kind: 'review' })
    expect(base).toBe(left)
  })

  it('makes a repair without changes still count as a change', async () => {
    const prepared = await prepareAttempt(engine, await addFixture(engine, { turn: [] }), {
      attempt: { number: 2, feedback: [...feedback('check')] },
    })
    const left = await commitInto(engine, prepared.jobId, { 'left.txt': 'left' })
    await commitInto(engine, prepared.jobId, { 'main.txt': 'main' })
    await storeAttempt(engine.db, prepared, { number: 1 }, { base_commit: left, head_commit: left })
    expect((await runAttempt(engine, prepared.claim)).attempt).toMatchObject({
      status: 'succeeded',
      changed: false,
      head_commit: left,
    })
  })
})

describe('a report of an agent', () => {
  const team: Scene = { job: { mode: 'team' }, role: 'architect', task: { kind: 'plan' } }
  const plan = JSON.stringify({ title: 'P', tasks: [{ key: 'a', title: 'A', description: 'a' }] })
  const write = (text: string): object => ({ write: ['.slipway/plan.json', text] })

  it('that is invalid is sent back within the session until it is valid', async () => {
    const turn = [write(plan), { once: [write('{')] }]
    const prepared = await run({ quiet: false, echo: true, turn }, team)
    const prompts = promptsOf(engine, prepared)
    expect(prompts).toHaveLength(2)
    expect(prompts[1]).toMatch(
      /^\.slipway\/plan\.json is not valid JSON: .*\n\nCorrect the file and stop\.$/s,
    )
    expect(prepared.report.attempt).toMatchObject({ status: 'succeeded', outcome: { plan: { title: 'P' } } })
    const events = await readEvents(engine.db.reader, prepared.jobId, 1, 100)
    expect(events.filter(({ type }) => type === 'session.note')).toHaveLength(1)
  })

  it('that never becomes valid fails the attempt', async () => {
    const prepared = await run({ quiet: false, echo: true, turn: [write('{')] }, team)
    expect(promptsOf(engine, prepared)).toHaveLength(4)
    expect(prepared.report.attempt).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('is not valid JSON'),
    })
  })

  it('of a reviewer is a verdict, and none of its file changes are kept', async () => {
    const review = { verdict: 'fail', summary: 'no tests', findings: ['a'] }
    const prepared = await prepareAttempt(
      engine,
      await addFixture(engine, {
        turn: [{ write: ['.slipway/review.json', JSON.stringify(review)] }, { write: ['mine.txt', 'x'] }],
      }),
      { job: { mode: 'team' }, role: 'reviewer', attempt: { kind: 'review' } },
    )
    await commitInto(engine, prepared.jobId, {})
    const report = await runAttempt(engine, prepared.claim)
    expect(report.attempt).toMatchObject({ status: 'succeeded', outcome: { review } })
    expect(report.attempt).not.toHaveProperty('head_commit')
    expect(report.events).toMatchObject([
      {
        type: 'review.verdict',
        message: 'The review of "Build it" ended with fail: no tests',
        data: { review },
      },
    ])
  })
})

it('messages that arrived during a turn are the next prompt of the session', async () => {
  const backend = await addFixture(engine, {
    quiet: false,
    echo: true,
    turn: [{ write: ['a', ''] }, { waitFor: 'go' }],
  })
  const prepared = await prepareAttempt(engine, backend)
  const { jobId, agentId, attemptDir } = prepared
  const running = runAttempt(engine, prepared.claim)
  const workspace = path.join(attemptDir, 'ws')
  await until('the agent to begin', 15_000, () =>
    Promise.resolve(fs.existsSync(path.join(workspace, 'a')) || null),
  )
  await underLock(engine.db, jobId, (trx) =>
    insertMessage(trx, { id: newId(), jobId, agentId, text: 'Mind the gap.' }),
  )
  fs.writeFileSync(path.join(workspace, 'go'), '')
  const report = await running
  const prompts = promptsOf(engine, { ...prepared, report })
  expect(prompts).toHaveLength(2)
  expect(prompts[1]).toContain('Mind the gap.')
})

describe('data that an agent reports', () => {
  it('includes its model and its usage', async () => {
    const select = { id: 'model', name: 'model', category: 'model', type: 'select', currentValue: 'large' }
    const open = { configOptions: [{ ...select, options: [{ value: 'large', name: 'large' }] }] }
    const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 }
    const turn = [{ write: ['a', 'x'] }, { stop: { stopReason: 'end_turn', usage } }]
    const { jobId, report } = await run({ open, turn })
    expect(await listAgents(engine.db.reader, jobId)).toMatchObject([{ model: 'large' }])
    expect(report.attempt).toMatchObject({ input_tokens: 10, output_tokens: 5, unpriced_tokens: 15 })
    const events = await readEvents(engine.db.reader, jobId, 1, 100)
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['session.model', 'session.usage']))
  })

  it('includes a cost, which takes precedence over a price', async () => {
    const cost = { sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount: 0.5, currency: 'USD' } }
    const { report } = await run({ turn: [{ write: ['a', 'x'] }, { update: cost }] })
    expect(report.attempt).toMatchObject({ cost_usd: 0.5, input_tokens: 0 })
    expect(report.attempt).not.toHaveProperty('unpriced_tokens')
  })
})

describe('a request of an agent to its host', () => {
  const call = (method: string, params: object): object => ({ call: [method, params] })

  it('reads and writes files only in its workspace', async () => {
    const prepared = await run({
      quiet: false,
      turn: [
        call('fs/write_text_file', { path: '{cwd}/a.txt', content: 'hello' }),
        call('fs/read_text_file', { path: '{cwd}/a.txt' }),
        call('fs/read_text_file', { path: '{cwd}/none.txt' }),
        call('fs/read_text_file', { path: '/etc/passwd' }),
        call('fs/write_text_file', { path: '/tmp/outside.txt', content: 'x' }),
      ],
    })
    const answers = fileIn(engine, prepared, 'answers.jsonl').split('\n').slice(1)
    expect(
      answers.map((line) =>
        line.includes('"error"') ? 'refused' : line.includes('hello') ? 'hello' : 'done',
      ),
    ).toEqual(['done', 'hello', 'refused', 'refused', 'refused'])
  })

  it('runs commands only in its workspace', async () => {
    const create = (cwd?: string): object =>
      call('terminal/create', {
        command: 'sh',
        args: ['-c', 'pwd > ran.txt'],
        ...(cwd === undefined ? {} : { cwd }),
      })
    const prepared = await run({
      quiet: false,
      turn: [
        create(),
        call('terminal/wait_for_exit', { terminalId: '{terminal}' }),
        create('{cwd}/.slipway'),
        create('/etc'),
      ],
    })
    const answers = fileIn(engine, prepared, 'answers.jsonl').split('\n').slice(1)
    expect(fileIn(engine, prepared, 'ran.txt')).toContain(prepared.attemptId)
    expect(answers.at(-1)).toContain('is not in the workspace')
    expect(answers[2]).not.toContain('"error"')
  })
})

it('a plain command is started for each turn', async () => {
  const program = path.join(import.meta.dirname, '..', '..', '..', 'test', 'helpers', 'plain-agent.mjs')
  const play = JSON.stringify([{ write: ['a.txt', 'a'] }, { say: 'Done.' }])
  const backend: CustomBackend = {
    name: 'plain',
    kind: 'command',
    command: [process.execPath, program, 'stdin', play],
    env: {},
  }
  await addBackend(engine, backend)
  const prepared = await prepareAttempt(engine, 'plain')
  const report = await runAttempt(engine, prepared.claim)
  expect(report.attempt).toMatchObject({ status: 'succeeded', changed: true })
  expect(fileIn(engine, { ...prepared, report }, 'a.txt')).toBe('a')
})
