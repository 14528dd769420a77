import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askOf, openAskingEngine, type AskingEngine } from '../../../test/helpers/asking.ts'
import { clock } from '../../lib/clock.ts'
import { readJob } from '../../store/jobs.ts'
import { endWork } from '../../store/work.ts'
import { permissionAsk, questionAsk, type Ask, type AskKind } from '../ask.ts'
import { serverAct } from '../job-transactions.ts'

let engine: AskingEngine

beforeAll(async () => {
  engine = await openAskingEngine()
})
afterAll(() => engine.close())

async function isWaitingForPerson(jobId: string): Promise<boolean> {
  return (await readJob(engine.db.reader, jobId))?.person_since !== null
}

describe.each([
  { name: 'a permission', kind: permissionAsk, ended: 'permission.answered' },
  { name: 'a question', kind: questionAsk, ended: 'question.closed' },
] as { name: string; kind: AskKind<Ask>; ended: string }[])('$name', ({ kind, ended }) => {
  it('expires when its deadline has passed', async () => {
    const { jobId, id, wait, lastEvent } = await askOf(engine, kind)
    expect(await isWaitingForPerson(jobId)).toBe(true)
    expect(await wait({ until: clock.now() - 1 })).toMatchObject({ id, outcome: 'expired' })
    expect(await lastEvent()).toMatchObject({
      type: ended,
      actor: 'server',
      data: { outcome: 'expired' },
    })
    expect(await isWaitingForPerson(jobId)).toBe(false)
  })

  it('is withdrawn when its session ends', async () => {
    const { wait, lastEvent } = await askOf(engine, kind)
    const stop = new AbortController()
    const waiting = wait({ signal: stop.signal })
    stop.abort()
    expect(await waiting).toMatchObject({ outcome: 'withdrawn' })
    expect(await lastEvent()).toMatchObject({ type: ended, data: { outcome: 'withdrawn' } })
  })

  it('cannot be used by a worker that has lost the work', async () => {
    const { work, jobId, wait } = await askOf(engine, kind)
    await serverAct(engine.db, jobId, ({ trx }) => endWork(trx, work.id, null, 'lost', null))
    expect(await wait()).toBeNull()
  })
})
