import fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceptJob } from '../../../test/helpers/pretend-work.ts'
import { addFixture, claimFor, heardIn } from '../../../test/helpers/real-work.ts'
import { isAdvanceDue, journalOf, underLock, viewOf } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { eventually, until } from '../../../test/helpers/until.ts'
import type { EventType } from '../../contract/events/event-data.ts'
import type { EventView } from '../../contract/events/event.ts'
import type { PermissionPolicy } from '../../contract/permission.ts'
import { newId } from '../../lib/ids.ts'
import { listAttempts } from '../../store/attempts.ts'
import { readEvents } from '../../store/events.ts'
import { listAgents } from '../../store/views/team-views.ts'
import { endWork } from '../../store/work.ts'
import type { Engine } from '../engine.ts'
import { answerPermission } from '../people/answer-permission.ts'
import { answerQuestion } from '../people/answer-question.ts'
import { cancelJob } from '../people/cancel-job.ts'
import { runWork } from '../work/run-work.ts'

/** Requests and questions of real agents, from asking to receiving the answer. */
let opened: TestEngine
let engine: Engine

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

const options = [
  { optionId: 'always', name: 'Always', kind: 'allow_always' },
  { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
]
const permission = {
  quiet: false,
  turn: [{ ask: { toolCall: { toolCallId: 'c', title: 'rm -rf dist', kind: 'execute' }, options } }],
}
const asks = (question: string): object => ({
  mcp: ['tools/call', { name: 'ask_person', arguments: { question, choices: ['Euro'] } }],
})
const offer = { agentCapabilities: { mcpCapabilities: { http: true } } }
const question = {
  quiet: false,
  echo: true,
  offer,
  turn: [{ once: [asks('Which currency?')] }, { write: ['a', ''] }],
}

interface Running {
  readonly id: string
  readonly workId: string
  readonly done: Promise<void>
}

/** Begins a job whose agent plays this, with this policy. */
async function begin(
  play: object,
  permissions: PermissionPolicy,
  more: Partial<Engine['limits']> = {},
): Promise<Running> {
  const backend = await addFixture(engine, play)
  const id = await acceptJob(engine, { mode: 'solo', backend, permissions })
  const entry = await claimFor(engine, id)
  const done = runWork({ ...engine, limits: { ...engine.limits, ...more } }, entry)
  return { id, workId: entry.id, done }
}

async function eventsOf(id: string, type: EventType): Promise<EventView[]> {
  return (await readEvents(engine.db.reader, id, 0, 5000)).filter((event) => event.type === type)
}

/** Waits until the agent of a job has asked, and returns the id of the request. */
async function askedIn(id: string, type: 'permission.asked' | 'question.asked'): Promise<string> {
  const event = await until('a request', 15_000, async () => (await eventsOf(id, type)).at(-1) ?? null)
  return String(event.data['permission_id'] ?? event.data['question_id'])
}

const allow = (id: string, request: string, option: string | null): Promise<void> =>
  answerPermission(engine, id, request, { option })
const tell = (id: string, request: string, text: string): Promise<void> =>
  answerQuestion(engine, id, { question_id: request, text })

/** Returns the answer that the agent received for its request. */
async function chosen(id: string): Promise<unknown> {
  const line = (await heardIn(engine, id)).find((one) => 'ask' in one)
  return (line?.['ask'] as { result?: { outcome?: unknown } } | undefined)?.result?.outcome
}

async function promptsOf(id: string): Promise<string[]> {
  return (await heardIn(engine, id)).flatMap((line) => {
    const prompt = line['prompt'] as { text: string }[] | undefined
    return prompt === undefined ? [] : [prompt.map(({ text }) => text).join('')]
  })
}

async function waitOf(id: string): Promise<unknown> {
  return (await engine.db.read((reader) => viewOf(reader, id)))?.wait
}

async function agentStatus(id: string): Promise<string | undefined> {
  return (await listAgents(engine.db.reader, id))[0]?.status
}

describe('an agent that asks for permission', () => {
  it.each([
    ['sandbox', 'yes', 'rm -rf dist: Yes'],
    ['deny', 'no', 'rm -rf dist: No'],
  ] as const)('is answered at once with the policy %s', async (policy, optionId, told) => {
    const { id, done } = await begin(permission, policy)
    await done
    expect(await chosen(id)).toEqual({ outcome: 'selected', optionId })
    expect(await eventsOf(id, 'session.permission')).toMatchObject([
      { actor: 'server', message: told, data: { policy } },
    ])
  })

  it('waits for a person with the policy ask, and lends its slot meanwhile', async () => {
    const { id, done } = await begin(permission, 'ask')
    const request = await askedIn(id, 'permission.asked')
    await eventually(() => expect(engine.running.slots.lent()).toBe(1))
    expect(await waitOf(id)).toMatchObject({ for: 'permission', on: 'Developer asks: rm -rf dist' })
    expect(await agentStatus(id)).toBe('waiting')
    expect((await eventsOf(id, 'permission.asked'))[0]).toMatchObject({
      actor: 'agent:Developer',
      data: {
        title: 'rm -rf dist',
        kind: 'execute',
        options: expect.any(Array),
        deadline: expect.any(String),
      },
    })
    await allow(id, request, 'yes')
    expect(await isAdvanceDue(engine.db, id)).toBe(true)
    await done
    expect(engine.running.slots.lent()).toBe(0)
    expect(await chosen(id)).toEqual({ outcome: 'selected', optionId: 'yes' })
    expect(await waitOf(id)).toBeNull()
    expect(await eventsOf(id, 'permission.answered')).toMatchObject([
      {
        actor: 'person',
        message: 'Developer was allowed this ("Yes"): rm -rf dist',
        data: { outcome: 'allowed', option_id: 'yes' },
      },
    ])
    await expect(allow(id, request, 'no')).rejects.toMatchObject({ code: 'permission_closed' })
  })

  it('is refused by a person, with or without an option', async () => {
    const { id, done } = await begin(permission, 'ask')
    const request = await askedIn(id, 'permission.asked')
    await expect(allow(id, request, 'maybe')).rejects.toMatchObject({
      code: 'unknown_option',
      message: expect.stringContaining('always, yes, no'),
    })
    await expect(allow(id, newId(), 'yes')).rejects.toMatchObject({ code: 'not_found' })
    await expect(allow(newId(), request, 'yes')).rejects.toMatchObject({ code: 'not_found' })
    await allow(id, request, null)
    await done
    expect(await chosen(id)).toEqual({ outcome: 'cancelled' })
    expect(await eventsOf(id, 'permission.answered')).toMatchObject([
      { message: 'Developer was refused this: rm -rf dist', data: { outcome: 'refused', option_id: null } },
    ])
  })

  it('is refused when no person answers in time', async () => {
    const { id, done } = await begin(permission, 'ask', { permissionMs: 100 })
    const request = await askedIn(id, 'permission.asked')
    await done
    expect(await chosen(id)).toEqual({ outcome: 'selected', optionId: 'no' })
    expect(await eventsOf(id, 'permission.answered')).toMatchObject([
      { actor: 'server', data: { outcome: 'expired' } },
    ])
    await expect(allow(id, request, 'yes')).rejects.toMatchObject({
      code: 'permission_closed',
      message: 'Its time was over, so it was refused.',
    })
  })

  it('no longer waits when its job is cancelled', async () => {
    const { id, done } = await begin(permission, 'ask')
    const request = await askedIn(id, 'permission.asked')
    await cancelJob(engine, id)
    engine.running.abort(id, undefined)
    await done
    expect(await eventsOf(id, 'permission.answered')).toMatchObject([
      { actor: 'server', data: { outcome: 'withdrawn' } },
    ])
    expect(await waitOf(id)).toBeNull()
    expect(engine.running.slots.lent()).toBe(0)
    await expect(allow(id, request, 'yes')).rejects.toMatchObject({ code: 'permission_closed' })
  })

  it('gets no answer from a worker that has lost the work', async () => {
    const { id, workId, done } = await begin(permission, 'ask')
    const request = await askedIn(id, 'permission.asked')
    await underLock(engine.db, id, (trx) => endWork(trx, workId, null, 'lost', null))
    await allow(id, request, 'yes')
    await done
    expect(await eventsOf(id, 'permission.answered')).toHaveLength(1)
    expect(await eventsOf(id, 'attempt.succeeded')).toEqual([])
  })
})

describe('an agent that asks a person a question', () => {
  it('continues in the same session with the answer, and lends its slot until then', async () => {
    const { id, done } = await begin(question, 'ask')
    const request = await askedIn(id, 'question.asked')
    expect((await eventsOf(id, 'question.asked'))[0]).toMatchObject({
      actor: 'agent:Developer',
      message: 'Developer asks: Which currency?',
      data: { choices: ['Euro'], deadline: expect.any(String) },
    })
    await eventually(() => expect(engine.running.slots.lent()).toBe(1))
    await eventually(async () => expect(await agentStatus(id)).toBe('waiting'))
    expect(await waitOf(id)).toMatchObject({ for: 'answer', on: 'Developer asks: Which currency?' })
    await tell(id, request, 'The euro.')
    await done
    expect(engine.running.slots.lent()).toBe(0)
    const [, next] = await promptsOf(id)
    expect(next).toContain('Your question "Which currency?" is answered: The euro.')
    const told = (await journalOf(engine.db, id)).filter((line) =>
      /question|attempt\.(waiting|resumed)|message\./.test(line),
    )
    expect(told).toEqual([
      'agent:Developer question.asked',
      'server attempt.waiting',
      'person question.answered',
      'server attempt.resumed',
      'server message.delivered',
    ])
    await expect(tell(id, request, 'Again.')).rejects.toMatchObject({ code: 'question_closed' })
    await expect(tell(id, newId(), 'What?')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('does not wait if the question was answered before its turn ended', async () => {
    const { id, done } = await begin(
      { ...question, turn: [{ once: [asks('Which currency?'), { waitFor: 'go' }] }, { write: ['a', ''] }] },
      'ask',
    )
    await tell(id, await askedIn(id, 'question.asked'), 'The euro.')
    const [attempt] = await listAttempts(engine.db.reader, id)
    fs.writeFileSync(`${engine.dataDir}/jobs/${id}/attempts/${attempt?.id ?? ''}/ws/go`, '')
    await done
    expect(await eventsOf(id, 'attempt.waiting')).toEqual([])
    expect(await promptsOf(id)).toHaveLength(2)
  })

  it('decides itself when no person answers in time', async () => {
    const { id, done } = await begin(question, 'ask', { permissionMs: 100 })
    await done
    const [, next] = await promptsOf(id)
    expect(next).toContain('Nobody answered your question "Which currency?" in time: decide yourself')
    expect(await eventsOf(id, 'question.closed')).toMatchObject([
      { actor: 'server', message: 'Nobody answered in time: Which currency?', data: { outcome: 'expired' } },
    ])
  })

  it('no longer waits when its job is cancelled', async () => {
    const { id, done } = await begin(question, 'ask')
    const request = await askedIn(id, 'question.asked')
    await eventually(() => expect(engine.running.slots.lent()).toBe(1))
    await cancelJob(engine, id)
    engine.running.abort(id, undefined)
    await done
    expect(await eventsOf(id, 'question.closed')).toMatchObject([{ data: { outcome: 'withdrawn' } }])
    await expect(tell(id, request, 'The euro.')).rejects.toMatchObject({ code: 'question_closed' })
  })

  it('is told that no person answers with another policy than ask', async () => {
    const { id, done } = await begin(question, 'sandbox')
    await done
    const [answer] = (await heardIn(engine, id)).filter((line) => 'mcp' in line)
    expect(JSON.stringify(answer)).toContain('Nobody answers questions in this job')
    expect(await eventsOf(id, 'question.asked')).toEqual([])
  })

  it('may ask only a limited number of times', async () => {
    const many = Array.from({ length: 6 }, (_, n) => asks(`Question ${n}?`))
    const { id, done } = await begin({ ...question, turn: [{ once: many }] }, 'ask', { permissionMs: 100 })
    await done
    expect(await eventsOf(id, 'question.asked')).toHaveLength(5)
    const answers = (await heardIn(engine, id)).filter((line) => 'mcp' in line)
    expect(JSON.stringify(answers.at(-1))).toContain('You have asked 5 times')
  })
})

it('an agent sees the tasks of its job, and may send a limited number of reports', async () => {
  const call = (name: string, input: object = {}): object => ({
    mcp: ['tools/call', { name, arguments: input }],
  })
  const report = call('report_progress', { message: 'half of\nit' })
  const play = { quiet: false, offer, turn: [call('list_tasks'), { quietly: [200, [report]] }, report] }
  const { id, done } = await begin(play, 'sandbox')
  await done
  const answers = (await heardIn(engine, id)).filter((line) => 'mcp' in line)
  expect(JSON.stringify(answers[0])).toContain('build (yours): t [running]')
  expect(JSON.stringify(answers.at(-1))).toContain('You have reported 200 times')
  const told = await eventsOf(id, 'attempt.progress')
  expect(told[0]?.message).toBe('half of it')
  expect(told).toHaveLength(200)
})
