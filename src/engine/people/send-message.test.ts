import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  isAdvanceDue,
  journalOf,
  storeAgent,
  storeAttempted,
  storeJob,
} from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import type { JobStatus } from '../../contract/words.ts'
import { newId } from '../../lib/ids.ts'
import { listDocuments } from '../../store/documents.ts'
import { readEvents } from '../../store/events.ts'
import { storeFindings, readFindings } from '../../store/findings.ts'
import { readJob } from '../../store/jobs.ts'
import { takeMessages } from '../../store/messages.ts'
import { serverAct } from '../job-transactions.ts'
import { cancelJob } from './cancel-job.ts'
import { addDocuments, removeDocument } from './documents.ts'
import { sendMessage } from './send-message.ts'
import { waiveFinding } from './waive-finding.ts'

let opened: TestEngine
let engine: TestEngine['engine']

beforeAll(async () => {
  opened = await openTestEngine({ limits: { documents: 3 } })
  ;({ engine } = opened)
})
afterAll(() => opened.close())

async function lastEvent(id: string) {
  return (await readEvents(engine.db.reader, id, 0, 1000)).at(-1)
}

describe('a message', () => {
  it('waits for its agent, and shows when that will get it', async () => {
    const { jobId, agentId, taskId, attemptId } = await storeAttempted(engine.db)
    const idle = await storeAgent(engine.db, jobId, { name: 'Idle' })
    await sendMessage(engine, jobId, { agent_id: agentId, text: 'Mind the gap.' })
    expect(await lastEvent(jobId)).toMatchObject({
      type: 'person.message',
      actor: 'person',
      task_id: taskId,
      attempt_id: attemptId,
      message: 'To Developer: Mind the gap.',
      data: {
        agent_id: agentId,
        text: 'Mind the gap.',
        delivery: expect.stringMatching(/^When its present turn/),
      },
    })
    expect(await isAdvanceDue(engine.db, jobId)).toBe(true)
    await sendMessage(engine, jobId, { agent_id: idle, text: 'Later.' })
    expect(await lastEvent(jobId)).toMatchObject({
      task_id: null,
      attempt_id: null,
      data: { delivery: expect.stringMatching(/^With its next attempt/) },
    })
    const messages = await serverAct(engine.db, jobId, ({ trx }) => takeMessages(trx, agentId, attemptId))
    expect(messages?.map(({ text }) => text)).toEqual(['Mind the gap.'])
  })

  it('is refused when no agent would get it', async () => {
    const { jobId, agentId } = await storeAttempted(engine.db)
    const send = (job: string, agent: string): Promise<void> =>
      sendMessage(engine, job, { agent_id: agent, text: 'Hello.' })
    await expect(send(jobId, newId())).rejects.toMatchObject({ code: 'not_found' })
    await expect(send(newId(), agentId)).rejects.toMatchObject({ code: 'not_found' })
    await cancelJob(engine, jobId)
    await expect(send(jobId, agentId)).rejects.toMatchObject({ code: 'job_over' })
    for (const status of ['completed', 'failed', 'cancelled'] as const satisfies JobStatus[]) {
      const over = await storeAttempted(engine.db, {}, { status })
      await expect(send(over.jobId, over.agentId)).rejects.toMatchObject({
        code: 'job_over',
        message: expect.stringContaining(`The job is ${status}`),
      })
    }
  })
})

describe('documents', () => {
  const document = (name: string) => ({ name, mediaType: 'text/plain', content: Buffer.from(name) })
  const namesOf = async (id: string): Promise<string[]> =>
    (await listDocuments(engine.db.reader, id)).map(({ name }) => name)

  it('are added and removed by people, each with an event', async () => {
    const id = await storeJob(engine.db)
    await addDocuments(engine, id, [document('a.txt'), document('b.txt')])
    expect(await namesOf(id)).toEqual(['a.txt', 'b.txt'])
    const [first] = await listDocuments(engine.db.reader, id)
    await removeDocument(engine, id, first?.id ?? '')
    expect(await namesOf(id)).toEqual(['b.txt'])
    expect(await journalOf(engine.db, id)).toEqual([
      'person document.added',
      'person document.added',
      'person document.removed',
    ])
    await expect(removeDocument(engine, id, first?.id ?? '')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('are limited per job: all of a request or none', async () => {
    const id = await storeJob(engine.db)
    await addDocuments(engine, id, [document('a'), document('b')])
    await expect(addDocuments(engine, id, [document('c'), document('d')])).rejects.toMatchObject({
      code: 'too_many_documents',
      message: expect.stringContaining('3 documents and this one has 2'),
    })
    await addDocuments(engine, id, [document('c')])
    expect(await namesOf(id)).toEqual(['a', 'b', 'c'])
    await expect(addDocuments(engine, newId(), [])).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('waiving a finding', () => {
  /** Stores a job that was completed in part, for these reasons. Returns the ids of the findings. */
  async function partial(paths: readonly string[]): Promise<{ id: string; findings: string[] }> {
    const id = await storeJob(
      engine.db,
      {},
      { status: 'completed', proof: 'partial', proof_reason: 'The tests say less.', head_commit: 'c' },
    )
    await serverAct(engine.db, id, async ({ trx }) => {
      const found = paths.map((path) => ({
        rule: 'test_deleted' as const,
        path,
        detail: '',
        message: `${path}.`,
      }))
      await storeFindings(trx, id, 'c', found)
    })
    return { id, findings: (await readFindings(engine.db.reader, id)).map((finding) => finding.id) }
  }

  it('records its reason, and proves the job when no other finding remains', async () => {
    const { id, findings } = await partial(['a.test.js was deleted', 'b.test.js was deleted'])
    await waiveFinding(engine, id, findings[0] ?? '', 'it was wrong')
    expect(await readJob(engine.db.reader, id)).toMatchObject({
      proof: 'partial',
      proof_reason: 'The checks pass, but the tests were weakened. b.test.js was deleted.',
    })
    expect(await lastEvent(id)).toMatchObject({
      type: 'finding.waived',
      actor: 'person',
      message: 'A person waived: a.test.js was deleted. The reason: it was wrong',
      data: { finding_id: findings[0], reason: 'it was wrong' },
    })
    await waiveFinding(engine, id, findings[1] ?? '', 'so was that')
    expect(await readJob(engine.db.reader, id)).toMatchObject({ proof: 'proven', proof_reason: null })
    expect((await journalOf(engine.db, id)).slice(-2)).toEqual(['person finding.waived', 'server job.proven'])
  })

  it('does not change the proof of a job that has none yet', async () => {
    const { id, findings } = await partial(['a'])
    await serverAct(engine.db, id, ({ trx }) =>
      trx.updateTable('jobs').set({ status: 'running', proof: null }).where('id', '=', id).execute(),
    )
    await waiveFinding(engine, id, findings[0] ?? '', 'it was wrong')
    expect(await readJob(engine.db.reader, id)).toMatchObject({ status: 'running', proof: null })
    expect((await journalOf(engine.db, id)).at(-1)).toBe('person finding.waived')
  })

  it('is refused for a waived or missing finding', async () => {
    const { id, findings } = await partial(['a'])
    await waiveFinding(engine, id, findings[0] ?? '', 'it was wrong')
    await expect(waiveFinding(engine, id, findings[0] ?? '', 'again')).rejects.toMatchObject({
      code: 'waived_already',
    })
    await expect(waiveFinding(engine, id, newId(), 'x')).rejects.toMatchObject({ code: 'not_found' })
    await expect(waiveFinding(engine, newId(), newId(), 'x')).rejects.toMatchObject({ code: 'not_found' })
  })
})
