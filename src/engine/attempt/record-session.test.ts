import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimAttempt, type ClaimedAttempt } from '../../../test/helpers/claimed-attempt.ts'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { underLock } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { eventually } from '../../../test/helpers/until.ts'
import type { FileEdit, SessionUpdate } from '../../agents/backend.ts'
import type { Database } from '../../store/database/database.ts'
import { readEvents, type NewEvent } from '../../store/events.ts'
import { listAgents } from '../../store/views/team-views.ts'
import { endWork } from '../../store/work.ts'
import type { Engine } from '../engine.ts'
import { merge, openRecorder, toEvent, type Recorder } from './record-session.ts'

let opened: TestEngine
let engine: Engine

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

interface Recorded extends ClaimedAttempt {
  readonly recorder: Recorder
  readonly transcript: string
}

async function record(more: Partial<Engine> = {}): Promise<Recorded> {
  const claimed = await claimAttempt(engine.db)
  const transcript = path.join(makeDir('slipway-transcript-'), 'transcript.jsonl')
  const recorder = openRecorder({ ...engine, ...more }, claimed.claim, claimed.attempt, transcript)
  return { ...claimed, recorder, transcript }
}

/** Returns `<actor> <type>: <message>` for each event of the session. */
async function toldOf({ jobId }: Recorded): Promise<string[]> {
  const events = await readEvents(engine.db.reader, jobId, 1, 5000)
  return events.map(({ actor, type, message }) => `${actor} ${type}: ${message}`)
}

async function activityOf({ jobId }: Recorded): Promise<string | null | undefined> {
  return (await listAgents(engine.db.reader, jobId))[0]?.last_activity
}

const message = (text: string): SessionUpdate => ({ kind: 'message', text })
const tool = (id: string, more: object = {}): Extract<SessionUpdate, { kind: 'tool_call' }> => ({
  kind: 'tool_call',
  id,
  title: null,
  status: null,
  toolKind: null,
  input: null,
  output: null,
  paths: [],
  diffs: [],
  ...more,
})

/** A database whose transactions wait for `gate`, and fail when it does. */
function held(gate: Promise<void>): Database {
  return { ...engine.db, tx: (run) => gate.then(() => engine.db.tx(run)) }
}

describe('the output of an agent', () => {
  it('becomes events of its attempt, and the last of it is shown on its card', async () => {
    const session = await record()
    session.recorder.add(message('First I read.\nThen'))
    session.recorder.add({ kind: 'thought', text: 'Hm.' })
    session.recorder.note('The report was sent back.')
    expect(await session.recorder.close()).toEqual([])
    expect(await toldOf(session)).toEqual([
      'agent:Developer session.message: First I read.\nThen',
      'agent:Developer session.thought: Hm.',
      'server session.note: The report was sent back.',
    ])
    const [event] = await readEvents(engine.db.reader, session.jobId, 1, 1)
    expect(event).toMatchObject({ task_id: session.taskId, attempt_id: session.attemptId })
    expect(await activityOf(session)).toBe('The report was sent back.')
  })

  it('is joined from its parts', async () => {
    const gate = Promise.withResolvers<void>()
    const session = await record({ db: held(gate.promise) })
    session.recorder.add({ kind: 'thought', text: 'begins the writing' })
    for (const text of ['One ', 'sentence ', 'in pieces.']) session.recorder.add(message(text))
    gate.resolve()
    await session.recorder.close()
    expect((await toldOf(session)).slice(1)).toEqual([
      'agent:Developer session.message: One sentence in pieces.',
    ])
  })

  it('is complete in the transcript, up to a limit', async () => {
    const session = await record({ limits: { ...engine.limits, transcriptBytes: 200, eventTextChars: 10 } })
    session.recorder.add(message('a short one'))
    session.recorder.add(message('x'.repeat(200)))
    session.recorder.add(message('and another'))
    await session.recorder.close()
    const lines = fs.readFileSync(session.transcript, 'utf8').trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { text: string }).text)).toEqual([
      'a short one',
      'and another',
    ])
    expect(await toldOf(session)).toContain('agent:Developer session.message: a short on… [cut]')
  })

  it('may exceed what the database keeps: the rest is counted', async () => {
    const gate = Promise.withResolvers<void>()
    const session = await record({ db: held(gate.promise) })
    for (let n = 0; n < 250; n += 1) session.recorder.add({ ...tool(String(n)), title: `call ${n}` })
    gate.resolve()
    expect(await session.recorder.close()).toEqual([])
    const told = await toldOf(session)
    expect(told).toHaveLength(202)
    expect(told.at(-1)).toBe('agent:Developer session.capped: 49 more updates are in the transcript only.')
  })

  it('that could not be stored is counted too, and reported at the end of the attempt', async () => {
    const session = await record({ db: { ...engine.db, tx: () => Promise.reject(new Error('it is away')) } })
    session.recorder.add(message('lost'))
    await eventually(() => expect(fs.readFileSync(session.transcript, 'utf8')).toContain('lost'))
    session.recorder.add(tool('b', { title: 'also lost' }))
    const [event, ...more] = await session.recorder.close()
    expect(event).toMatchObject({
      type: 'session.capped',
      actor: 'agent:Developer',
      data: { dropped: expect.any(Number) },
    })
    expect(more).toEqual([])
    expect(await toldOf(session)).toEqual([])
  })

  it('is not stored after its work passed to another worker', async () => {
    const session = await record()
    await underLock(engine.db, session.jobId, (trx) =>
      endWork(trx, session.claim.work.id, null, 'lost', null),
    )
    session.recorder.add(message('too late'))
    expect(await session.recorder.close()).toEqual([])
    expect(await toldOf(session)).toEqual([])
  })

  it('is stored as events even when no transcript can be written', async () => {
    const claimed = await claimAttempt(engine.db)
    const nowhere = path.join(engine.dataDir, 'no', 'such', 'directory')
    const recorder = openRecorder(engine, claimed.claim, claimed.attempt, nowhere)
    recorder.add(message('heard'))
    await eventually(async () =>
      expect(await readEvents(engine.db.reader, claimed.jobId, 1, 10)).toHaveLength(1),
    )
  })
})

describe('the card of an agent', () => {
  it("shows the agent's own report before other output for a while", async () => {
    const session = await record()
    session.recorder.report('Half of it is done.')
    session.recorder.add(message('I go on.'))
    await session.recorder.close()
    expect(await activityOf(session)).toBe('Half of it is done.')
    expect(await toldOf(session)).toContain('agent:Developer attempt.progress: Half of it is done.')
  })

  it('does not show token counts, updates of a tool call without a name, or blank text', async () => {
    const session = await record()
    session.recorder.add(tool('1', { title: 'cat a.txt' }))
    session.recorder.add({ kind: 'usage', inputTokens: 3, outputTokens: 4, costUsd: null })
    session.recorder.add(tool('2'))
    session.recorder.add(message('  \n'))
    await session.recorder.close()
    expect(await activityOf(session)).toBe('cat a.txt')
    expect(await toldOf(session)).toContain('agent:Developer session.usage: 7 tokens')
  })
})

describe('an update as an event', () => {
  it.each<[string, SessionUpdate, Partial<NewEvent>]>([
    [
      'a plan of its own',
      {
        kind: 'plan',
        entries: [
          { content: 'a', status: 'completed' },
          { content: 'b', status: 'pending' },
        ],
      },
      { type: 'session.plan', message: 'Plan: 1 of 2 done' },
    ],
    [
      'a permission that the policy answered',
      { kind: 'permission', title: 'rm', answer: 'Allow', policy: 'sandbox' },
      { type: 'session.permission', message: 'rm: Allow', data: { answer: 'Allow', policy: 'sandbox' } },
    ],
    [
      'its usage',
      { kind: 'usage', inputTokens: 1, outputTokens: 2, costUsd: 0.5 },
      {
        type: 'session.usage',
        message: '3 tokens',
        data: { input_tokens: 1, output_tokens: 2, cost_usd: 0.5 },
      },
    ],
    ['a tool call without a name', tool('7'), { type: 'session.tool_call', message: 'tool call 7' }],
  ])('%s', (_what, update, event) => {
    expect(toEvent(update, 100)).toMatchObject(event)
  })

  it('is cut if it is long: its text, its input, its output, its changes', () => {
    const long = 'x'.repeat(20)
    const diffs: FileEdit[] = [
      { path: 'a', old: long, new: long },
      { path: 'b', old: null, new: 'short' },
    ]
    const { message: title, data } = toEvent(
      tool('1', { title: long, input: { long }, output: long, diffs }),
      10,
    )
    expect(title).toBe('xxxxxxxxxx… [cut]')
    expect(data).toMatchObject({
      input: '{"long":"x… [cut]',
      output: 'xxxxxxxxxx… [cut]',
      diffs: [
        { path: 'a', old: 'xxxxxxxxxx', new: 'xxxxxxxxxx' },
        { path: 'b', old: null, new: 'short' },
      ],
    })
    expect(toEvent(tool('1', { input: undefined }), 10).data).toMatchObject({ input: undefined })
  })
})

describe('partial updates', () => {
  const event = (update: SessionUpdate): NewEvent => ({ ...toEvent(update, 100), actor: 'agent:A' })

  it('of a tool call are merged, keeping the newest value of each field', () => {
    const waiting = [event(tool('1', { title: 'npm test', status: 'pending', output: 'a', paths: ['a.ts'] }))]
    expect(
      merge(waiting, event(tool('1', { title: 'npm test', status: 'completed', output: 'ab' })), 100),
    ).toBe(true)
    expect(waiting).toMatchObject([{ data: { status: 'completed', output: 'ab', paths: ['a.ts'] } }])
    expect(merge(waiting, event(tool('2')), 100)).toBe(false)
  })

  it('of a message are joined up to a limit, and not across other updates', () => {
    const waiting: NewEvent[] = []
    expect(merge(waiting, event(message('a')), 3)).toBe(false)
    waiting.push(event(message('a')))
    expect(merge(waiting, event(message('bc')), 3)).toBe(true)
    expect(merge(waiting, event(message('d')), 3)).toBe(false)
    expect(merge(waiting, event({ kind: 'thought', text: 'x' }), 3)).toBe(false)
    expect(waiting.map((one) => one.message)).toEqual(['abc'])
    const note: NewEvent = { type: 'session.note', actor: 'server', message: 'n' }
    expect(merge([note], note, 100)).toBe(false)
  })
})
