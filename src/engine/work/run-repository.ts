import path from 'node:path'
import { attemptCommit, attemptsOfRound, readAttempt } from '../../store/attempts.ts'
import { readTask } from '../../store/team.ts'
import { deliverRepository } from '../../workspace/deliver.ts'
import { mergeAttempt } from '../../workspace/merge.ts'
import type { Engine } from '../engine.ts'
import type { Claim, Report } from '../claim.ts'
import { repositoryOf } from '../repository-of.ts'

/** Merges a proven attempt into the job's own repository. */
export async function runMerge(engine: Engine, { work, job }: Claim): Promise<Report> {
  const attempt = work.attempt_id === null ? null : await readAttempt(engine.db.reader, work.attempt_id)
  const task = work.task_id === null ? null : await readTask(engine.db.reader, work.task_id)
  const commit = await attemptCommit(engine.db.reader, work.attempt_id)
  if (attempt === null || task === null || commit === null) throw new Error('there is no commit to merge')
  const repository = await repositoryOf(engine, job)
  const result = await mergeAttempt(repository, {
    commit,
    taskId: task.id,
    attemptId: attempt.id,
    attemptIds: await attemptsOfRound(engine.db.reader, task.id),
    title: task.title,
    body: task.acceptance.map((line) => `- ${line}`).join('\n'),
    author: attempt.agent,
  })
  const about = { actor: 'server', taskId: task.id, attemptId: attempt.id }
  switch (result.outcome) {
    case 'merged':
    case 'already':
      return {
        outcome: { kind: 'merged', commit: result.commit },
        events: [
          {
            ...about,
            type: 'task.merged',
            message: `"${task.title}" is on ${job.branch}.`,
            data: { commit: result.commit },
          },
        ],
      }
    case 'empty':
      return {
        outcome: { kind: 'empty' },
        events: [
          {
            ...about,
            type: 'task.merged',
            message: `"${task.title}" needed no change.`,
            data: { commit: null },
          },
        ],
      }
    case 'conflict':
      return {
        outcome: { kind: 'conflict', files: result.files },
        events: [
          {
            ...about,
            type: 'task.conflict',
            message: `"${task.title}" conflicts with what others merged in ${result.files.join(', ')}.`,
            data: { files: result.files },
          },
        ],
      }
  }
}

/** Delivers a normal clone of the proven main. */
export async function runDeliver(engine: Engine, { job }: Claim): Promise<Report> {
  const repository = await repositoryOf(engine, job)
  const { path: resultPath, commit } = await deliverRepository(
    repository,
    path.join(engine.dataDir, 'jobs', job.id, 'result'),
  )
  return {
    outcome: { kind: 'delivered', path: resultPath, commit },
    events: [
      {
        type: 'job.delivered',
        actor: 'server',
        message: `The repository is at ${resultPath}.`,
        data: { path: resultPath, commit },
      },
    ],
  }
}
