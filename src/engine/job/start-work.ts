import type { Decision } from '../../domain/decision.ts'
import type { Feedback, Snapshot, WorkKind } from '../../domain/model.ts'
import { clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { countAttempts, insertAttempt } from '../../store/attempts.ts'
import type { JobTrx } from '../../store/database/database.ts'
import type { NewEvent } from '../../store/events.ts'
import { chooseAgent, updateAgent, updateTask } from '../../store/team.ts'
import { insertWork } from '../../store/work.ts'

type StartDecision = Extract<Decision, { do: `start-${string}` }>

export function isStart(decision: Decision): decision is StartDecision {
  return decision.do.startsWith('start-')
}

/** Starts what the rules decided to start: an attempt, a review of one, or work of the server itself. */
export async function applyStart(
  trx: JobTrx,
  snapshot: Snapshot,
  decision: StartDecision,
): Promise<NewEvent[]> {
  switch (decision.do) {
    case 'start-attempt':
      return startAttempt(trx, snapshot, { ...decision, kind: 'work', subjectId: null })
    case 'start-review':
      await updateTask(trx, decision.taskId, { status: 'review' })
      return startAttempt(trx, snapshot, { ...decision, kind: 'review', feedback: [] })
    case 'start-checks':
      return startWork(trx, snapshot, { ...decision, kind: 'checks' })
    case 'start-merge':
      return startWork(trx, snapshot, { ...decision, kind: 'merge' })
    case 'start-deliver':
      return startWork(trx, snapshot, { kind: 'deliver', taskId: null, attemptId: null })
  }
}

/** Inserts a piece of long work, which is queued. */
async function startWork(
  trx: JobTrx,
  snapshot: Snapshot,
  work: { kind: WorkKind; taskId: string | null; attemptId: string | null },
): Promise<NewEvent[]> {
  await insertWork(trx, { id: newId(), jobId: snapshot.job.id, epoch: snapshot.job.epoch, ...work })
  return []
}

/** Starts a new attempt at a task, or a review of one, with a free agent of the right role. */
async function startAttempt(
  trx: JobTrx,
  snapshot: Snapshot,
  attempt: {
    taskId: string
    kind: 'work' | 'review'
    subjectId: string | null
    feedback: readonly Feedback[]
  },
): Promise<NewEvent[]> {
  const task = snapshot.tasks.find((candidate) => candidate.id === attempt.taskId)
  if (task === undefined) throw new Error(`no task ${attempt.taskId}`)
  const role = attempt.kind === 'review' ? 'reviewer' : task.role
  const agent = await chooseAgent(trx, snapshot.job.id, role, task.id, task.agentId)
  if (agent === null) throw new Error(`no agent of the team can take "${task.title}"`)
  const number = (await countAttempts(trx, task.id, attempt.kind)) + 1
  const id = newId()
  await insertAttempt(trx, {
    id,
    jobId: snapshot.job.id,
    epoch: snapshot.job.epoch,
    number,
    agentId: agent.id,
    backend: agent.backend,
    ...attempt,
  })
  if (attempt.kind === 'work') {
    await updateTask(trx, task.id, {
      status: 'running',
      agent_id: agent.id,
      ...(task.status === 'ready' ? { started_at: clock.date() } : {}),
    })
  }
  await updateAgent(trx, agent.id, { task_id: task.id })
  await startWork(trx, snapshot, {
    kind: attempt.kind === 'review' ? 'review' : 'attempt',
    taskId: task.id,
    attemptId: id,
  })
  const label = attempt.kind === 'review' ? `Review ${number}` : `Attempt ${number}`
  return [
    {
      type: 'attempt.created',
      actor: 'server',
      taskId: task.id,
      attemptId: id,
      message: `${label} of "${task.title}" was given to ${agent.name}.`,
      data: {
        number,
        kind: attempt.kind,
        agent: agent.name,
        backend: agent.backend,
        feedback: attempt.feedback.map((item) => ({ kind: item.kind, summary: item.summary })),
      },
    },
  ]
}
