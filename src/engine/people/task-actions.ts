import { isTerminal, transition } from '../../domain/job.ts'
import type { Feedback, Snapshot, Task } from '../../domain/model.ts'
import { canStartOver, tasksToStartOver } from '../../domain/start-over.ts'
import { AppError } from '../../lib/app-error.ts'
import { notify } from '../../store/database/channels.ts'
import type { JobTrx } from '../../store/database/database.ts'
import type { NewEvent } from '../../store/events.ts'
import { updateJob } from '../../store/jobs.ts'
import { readSnapshot } from '../../store/snapshot.ts'
import { requestTaskCancel, startOver } from '../../store/task-actions.ts'
import { settleAgents, updateTask } from '../../store/team.ts'
import { cancelChannel, type Engine } from '../engine.ts'
import { personAct } from '../job-transactions.ts'
import { notFound } from '../not-found.ts'

/**
 * Requests the cancellation of one task. It becomes `cancelled` when its last process has ended; tasks that depend on it
 * are skipped, and the job continues with the rest.
 */
export async function cancelTask(engine: Engine, id: string, taskId: string): Promise<void> {
  await personAct(engine.db, id, async ({ trx, append }) => {
    const { job, task } = await readTask(trx, id, taskId)
    if (isTerminal(job.status) || job.cancelRequested)
      throw refusal(`The job is ${isTerminal(job.status) ? job.status : 'being cancelled'} already.`)
    if (task.kind === 'plan')
      throw refusal('The plan comes from this task, so the job needs it: cancel the whole job instead.')
    if (job.mode === 'solo' && task.kind === 'build')
      throw refusal('This task is all there is to the job: cancel the job instead.')
    if (task.status === 'completed' || canStartOver(task))
      throw refusal(`The task is ${task.status} already: there is nothing to cancel.`)
    if (task.cancelRequested) return
    await requestTaskCancel(trx, taskId)
    await append([
      {
        type: 'task.cancel_requested',
        actor: 'person',
        taskId,
        message: `A person cancelled "${task.title}".`,
      },
    ])
    notify(trx, cancelChannel, `${id} ${taskId}`)
  })
}

/** Starts an ended, unfinished task over, with all its tries; a job that had failed because of it continues. */
export async function retryTask(
  engine: Engine,
  id: string,
  taskId: string,
  note: string | null,
): Promise<void> {
  await personAct(engine.db, id, async ({ trx, append }) => {
    const snapshot = await readTask(trx, id, taskId)
    const { job, task } = snapshot
    refuseRetry(snapshot)
    const { again, freed } = tasksToStartOver(snapshot.tasks, task)
    for (const one of again) await startOver(trx, one.id, notesFor(one, one === task ? note : null))
    for (const one of freed)
      await updateTask(trx, one.id, { status: 'pending', error: null, completed_at: null })
    const resumed = transition(job.status, 'resume')
    if (resumed !== null) {
      await updateJob(trx, id, { status: resumed, error: null, wait: null, completed_at: null })
      await settleAgents(trx, id, 'idle')
    }
    const phase = again.some((one) => one.kind === 'plan') ? 'planning' : 'building'
    await updateJob(trx, id, { phase })
    const events: NewEvent[] = again.map((one) => ({
      type: 'task.retried',
      actor: 'person',
      taskId: one.id,
      phase,
      message: `A person started "${one.title}" over${one === task && note !== null ? `: ${note}` : '.'}`,
      data: { note: one === task ? note : null, freed: freed.map((other) => other.id) },
    }))
    if (resumed !== null)
      events.push({ type: 'job.continued', actor: 'person', phase, message: 'The job continues.' })
    if (phase !== job.phase)
      events.push({
        type: 'job.phase',
        actor: 'server',
        phase,
        message: `The job entered ${phase}.`,
        data: { phase },
      })
    await append(events)
  })
}

/** Throws an `AppError` with the reason when a task cannot be started over now. */
function refuseRetry({ job, task }: { job: Snapshot['job']; task: Task }): void {
  const refused = (reason: string): AppError => new AppError('not_retryable', reason)
  if (job.status === 'cancelled' || job.cancelRequested)
    throw refused('The job was cancelled: restart it, and its unfinished tasks begin again.')
  if (job.status === 'completed' || job.status === 'queued')
    throw refused(`The job is ${job.status}: only a task of a running, waiting or failed job can be retried.`)
  if (!canStartOver(task))
    throw refused(
      `The task is ${task.status}: only one that failed, was skipped or was cancelled can be retried.`,
    )
}

function notesFor(task: Task, note: string | null): Feedback[] {
  return [
    ...(note === null ? [] : [{ kind: 'note' as const, summary: note }]),
    ...(task.status === 'failed' && task.error !== null
      ? [{ kind: 'note' as const, summary: `Before it was started over, the task had failed: ${task.error}` }]
      : []),
  ]
}

async function readTask(trx: JobTrx, id: string, taskId: string): Promise<Snapshot & { task: Task }> {
  const snapshot = await readSnapshot(trx, id)
  if (snapshot === null) throw notFound(id)
  const task = snapshot.tasks.find((candidate) => candidate.id === taskId)
  if (task === undefined) throw new AppError('not_found', `The job has no task ${taskId}.`)
  return { ...snapshot, task }
}

function refusal(reason: string): AppError {
  return new AppError('not_cancellable', reason)
}
