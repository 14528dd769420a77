import { serverAct } from '../../src/engine/job-transactions.ts'
import { newId } from '../../src/lib/ids.ts'
import { insertAttempt, updateAttempt } from '../../src/store/attempts.ts'
import type { Database } from '../../src/store/database.ts'
import { insertJobs } from '../../src/store/jobs.ts'
import { claimNext } from '../../src/store/queue.ts'
import { beginActivity, insertAgents, insertTasks } from '../../src/store/team.ts'
import { beginWork, insertWork, readWork, type WorkRow } from '../../src/store/work.ts'
import { newJobRow } from './new-job-row.ts'

/** A job whose only agent works on its only task, with the work claimed. */
export async function claimedAttempt(db: Database): Promise<{ work: WorkRow; lease: number }> {
  const row = newJobRow()
  const jobId = row.id
  await db.tx((trx) => insertJobs(trx, [row]))
  const ids = { agent: newId(), task: newId(), attempt: newId(), work: newId(), worker: newId() }
  const claimed = await serverAct(db, jobId, async ({ trx }) => {
    await insertAgents(trx, jobId, [
      { id: ids.agent, name: 'Developer', role: 'developer', backend: 'offline' },
    ])
    const texts = { title: 'Build', description: '', dependsOn: [], acceptance: [], checks: [] }
    await insertTasks(trx, jobId, [
      {
        ...texts,
        id: ids.task,
        key: 'build',
        kind: 'build',
        role: 'developer',
        phase: 'building',
        position: 0,
        agentId: ids.agent,
      },
    ])
    await insertAttempt(trx, {
      id: ids.attempt,
      jobId,
      taskId: ids.task,
      epoch: 1,
      number: 1,
      kind: 'work',
      subjectId: null,
      agentId: ids.agent,
      backend: 'offline',
      feedback: [],
    })
    const subject = { taskId: ids.task, attemptId: ids.attempt }
    await insertWork(trx, {
      ...subject,
      id: ids.work,
      jobId,
      epoch: 1,
      kind: 'attempt',
    })
    const entry = await claimNext(trx, 'work', ids.worker)
    if (entry?.id !== ids.work || !(await beginWork(trx, entry.id, entry.lease))) return null
    await updateAttempt(trx, ids.attempt, { status: 'running' })
    await beginActivity(trx, ids.attempt)
    const work = await readWork(trx, ids.work)
    return work === null ? null : { work, lease: entry.lease }
  })
  if (claimed === null) throw new Error('the work could not be claimed')
  return claimed
}
