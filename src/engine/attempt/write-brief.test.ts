import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimAttempt, type ClaimedAttempt } from '../../../test/helpers/claimed-attempt.ts'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { journalOf, storeAttempt, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { TaskBrief } from '../../contract/brief.ts'
import type { Role } from '../../contract/words.ts'
import { newId } from '../../lib/ids.ts'
import { readAttempt, updateAttempt, type AttemptTask } from '../../store/attempts.ts'
import { insertDocument } from '../../store/documents.ts'
import { appendEvents } from '../../store/events.ts'
import type { NewJobRow } from '../../store/jobs.ts'
import { readTask } from '../../store/team.ts'
import { endWork } from '../../store/work.ts'
import { makeBareWorkspace, type Workspace } from '../../workspace/attempt-workspace.ts'
import { sendMessage } from '../people/send-message.ts'
import { messagesForTurn } from './messages.ts'
import { readReports } from './read-reports.ts'
import { writeBrief } from './write-brief.ts'

let opened: TestEngine
let engine: TestEngine['engine']

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

/** Writes the brief of an attempt into a workspace of its own. */
async function brief(
  { claim, attempt, taskId }: ClaimedAttempt,
  more: Partial<AttemptTask> = {},
  reports = '.slipway',
): Promise<{ brief: TaskBrief; workspace: Workspace }> {
  const workspace = { ...(await makeBareWorkspace(makeDir('slipway-brief-'))), reports }
  const task = await readTask(engine.db.reader, taskId)
  if (task === null) throw new Error('the task is gone')
  const given = { attempt: { ...attempt, ...more }, task, base: 'c0' }
  return { brief: await writeBrief(engine, claim, given, workspace), workspace }
}

const say = ({ jobId, agentId }: ClaimedAttempt, text: string): Promise<void> =>
  sendMessage(engine, jobId, { agent_id: agentId, text })

describe('a brief', () => {
  it('describes the whole attempt, in a file of the workspace', async () => {
    const claimed = await claimAttempt(engine.db, { vision: 'a calculator', permissions: 'ask' })
    const { brief: written, workspace } = await brief(claimed)
    expect(written).toEqual({
      slipway: 1,
      role: 'developer',
      mode: 'solo',
      permissions: 'ask',
      vision: 'a calculator',
      task: {
        id: claimed.taskId,
        key: 'build',
        title: 'Build it',
        description: 'All of it.',
        acceptance: [],
        checks: [],
      },
      attempt: 1,
      feedback: [],
      base_commit: 'c0',
    })
    const file = path.join(workspace.dir, '.slipway', 'task.json')
    expect(TaskBrief.parse(JSON.parse(fs.readFileSync(file, 'utf8')))).toEqual(written)
  })

  it('replaces the directory of reports by the actual one, in texts for the architect only', async () => {
    const text = 'Write .slipway/plan.json'
    const claimed = await claimAttempt(engine.db)
    await underLock(engine.db, claimed.jobId, (trx) =>
      trx
        .updateTable('tasks')
        .set({ description: text, acceptance: JSON.stringify([text]) as never })
        .where('id', '=', claimed.taskId)
        .execute(),
    )
    const ofRole = async (role: Role): Promise<string[]> => {
      const { task } = (await brief(claimed, { role }, '.slipway-2')).brief
      return [task.description, ...task.acceptance]
    }
    expect(await ofRole('architect')).toEqual(Array(2).fill('Write .slipway-2/plan.json'))
    expect(await ofRole('developer')).toEqual([text, text])
  })

  it('includes the documents of the job, under safe names', async () => {
    const claimed = await claimAttempt(engine.db)
    await underLock(engine.db, claimed.jobId, async (trx) => {
      for (const name of ['a b.txt', '../../etc/pass:wd', '.hidden'])
        await insertDocument(trx, claimed.jobId, {
          id: newId(),
          name,
          mediaType: 'text/plain',
          content: Buffer.from(name),
        })
    })
    const { workspace } = await brief(claimed)
    const dir = path.join(workspace.dir, '.slipway', 'documents')
    expect(fs.readdirSync(dir)).toEqual(['01-a b.txt', '02-pass_wd', '03-_hidden'])
    expect(fs.readFileSync(path.join(dir, '02-pass_wd'), 'utf8')).toBe('../../etc/pass:wd')
  })

  it('includes the notes of people, the newest first, and then the reasons why work was sent back', async () => {
    const claimed = await claimAttempt(engine.db)
    await say(claimed, 'one')
    await say(claimed, 'two')
    const { brief: written } = await brief(claimed, { feedback: [{ kind: 'check', summary: 'It failed.' }] })
    expect(written.feedback.map(({ summary }) => summary)).toEqual([
      'A person says: two',
      'A person says: one',
      'It failed.',
    ])
    expect((await journalOf(engine.db, claimed.jobId)).slice(-2)).toEqual([
      'server message.delivered',
      'server message.delivered',
    ])
  })

  it('includes messages to earlier attempts, and a summary of an interrupted one', async () => {
    const claimed = await claimAttempt(engine.db)
    await say(claimed, 'Mind the gap.')
    await brief(claimed)
    const { jobId, attemptId } = claimed
    await underLock(engine.db, jobId, async (trx) => {
      await updateAttempt(trx, attemptId, { status: 'lost' })
      await appendEvents(trx, jobId, [
        { type: 'session.message', actor: 'agent:Developer', attemptId, message: 'I began.' },
      ])
    })
    const next = await storeAttempt(engine.db, claimed, { number: 2 })
    const attempt = await readAttempt(engine.db.reader, next)
    await say(claimed, 'And now?')
    const { brief: written } = await brief({ ...claimed, attempt: attempt ?? claimed.attempt })
    expect(written.feedback).toEqual([
      { kind: 'note', summary: 'A person says: And now?' },
      { kind: 'note', summary: 'A person says: Mind the gap.' },
      {
        kind: 'note',
        summary: expect.stringContaining('the previous attempt'),
        log: '- a person said: To Developer: Mind the gap.\n- said: I began.',
      },
    ])
  })

  it('contains nothing about an interrupted attempt without output', async () => {
    const claimed = await claimAttempt(engine.db)
    await underLock(engine.db, claimed.jobId, (trx) =>
      updateAttempt(trx, claimed.attemptId, { status: 'failed' }),
    )
    const next = await readAttempt(engine.db.reader, await storeAttempt(engine.db, claimed, { number: 2 }))
    expect((await brief({ ...claimed, attempt: next ?? claimed.attempt })).brief.feedback).toEqual([])
  })
})

describe('a message', () => {
  it('is delivered once, in the order of sending, to an agent whose turn has ended', async () => {
    const claimed = await claimAttempt(engine.db)
    await say(claimed, 'one')
    await say(claimed, 'two')
    const turn = (): Promise<string[]> => messagesForTurn(engine, claimed.claim, claimed.attempt)
    expect(await turn()).toEqual(['one', 'two'])
    expect(await turn()).toEqual([])
  })

  it('is not delivered by a worker that has lost the work', async () => {
    const claimed = await claimAttempt(engine.db)
    await say(claimed, 'one')
    const { work } = claimed.claim
    await underLock(engine.db, work.job_id, (trx) => endWork(trx, work.id, null, 'lost', null))
    expect(await messagesForTurn(engine, claimed.claim, claimed.attempt)).toEqual([])
    expect(await journalOf(engine.db, work.job_id)).not.toContain('server message.delivered')
  })
})

describe('a report', () => {
  const base: AttemptTask = {
    id: 'x',
    task_id: 't',
    number: 1,
    kind: 'work',
    subject_id: null,
    subject_commit: null,
    agent_id: 'a',
    agent: 'A',
    role: 'developer',
    backend: 'offline',
    feedback: [],
  }
  const of = {
    architect: { ...base, role: 'architect' },
    reviewer: { ...base, kind: 'review', role: 'reviewer' },
    developer: base,
  } as const satisfies Record<string, AttemptTask>
  const plan = { title: 'P', tasks: [{ key: 'a', title: 'A', description: 'a' }] }

  async function read(
    who: keyof typeof of,
    files: Readonly<Record<string, string>>,
    mode: NewJobRow['mode'] = 'team',
  ): ReturnType<typeof readReports> {
    const workspace = await makeBareWorkspace(makeDir('slipway-report-'))
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.join(workspace.dir, '.slipway'), { recursive: true })
      fs.writeFileSync(path.join(workspace.dir, '.slipway', name), text)
    }
    return readReports(workspace, of[who], mode)
  }

  it('of an architect is a plan', async () => {
    const { reports, problem } = await read('architect', { 'plan.json': JSON.stringify(plan) })
    expect([reports.plan?.title, problem]).toEqual(['P', null])
    expect(await read('architect', {})).toEqual({
      reports: {},
      problem: 'There is no .slipway/plan.json: write the plan there.',
    })
    expect(await read('architect', { 'plan.json': '{' })).toMatchObject({
      reports: {},
      problem: expect.stringContaining('is not valid JSON'),
    })
    expect((await read('architect', { 'plan.json': '{"title": "P", "tasks": []}' })).problem).toContain(
      'does not fit',
    )
  })

  it('of a reviewer is a verdict', async () => {
    const review = { verdict: 'fail', summary: 'no tests', findings: ['a'] }
    expect(await read('reviewer', { 'review.json': JSON.stringify(review) })).toEqual({
      reports: { review },
      problem: null,
    })
    expect((await read('reviewer', {})).problem).toContain('write your verdict there')
    expect(await read('reviewer', { 'review.json': '{}' })).toMatchObject({ reports: {} })
  })

  it('of an agent that works alone is its list of checks, if it wrote one', async () => {
    const files = { 'checks.json': '{"checks": ["npm test"]}' }
    expect(await read('developer', files, 'solo')).toEqual({
      reports: { checks: ['npm test'] },
      problem: null,
    })
    expect(await read('developer', {}, 'solo')).toEqual({ reports: {}, problem: null })
    expect(await read('developer', files)).toEqual({ reports: {}, problem: null })
  })

  it('is read without following links and up to a limit', async () => {
    const workspace = await makeBareWorkspace(makeDir('slipway-report-'))
    fs.mkdirSync(path.join(workspace.dir, '.slipway'))
    fs.symlinkSync('/etc/passwd', path.join(workspace.dir, '.slipway', 'plan.json'))
    const linked = await readReports(workspace, of.architect, 'team')
    expect(linked).toEqual({ reports: {}, problem: expect.stringContaining('plan.json cannot be read') })
    const long = await read('architect', { 'plan.json': ' '.repeat(1_000_001) })
    expect(long.problem).toContain('plan.json cannot be read')
  })
})
