import path from 'node:path'
import type { ReportedUsage, SessionUpdate } from '../../agents/backend.ts'
import type { AttemptWait } from '../../domain/model.ts'
import type { TaskBrief } from '../../contract/brief.ts'
import type { EventContent } from '../../contract/events/event-data.ts'
import { lastCheckpoint, readAttempt, type AttemptChange, type AttemptTask } from '../../store/attempts.ts'
import type { EventContext, NewEvent } from '../../store/events.ts'
import { readTask } from '../../store/team.ts'
import { prepareWorkspace, type Checkpoint, type Workspace } from '../../workspace/attempt-workspace.ts'
import { headCommit, type JobRepository } from '../../workspace/job-repository.ts'
import { discard } from '../../workspace/trash.ts'
import { findBackend, missingBackend } from './agent-process.ts'
import { answerPermissions } from './ask-permission.ts'
import { boardActions } from './board-actions.ts'
import type { Claim, Report } from '../claim.ts'
import { converse, type ConversationOutcome } from './converse.ts'
import type { Engine } from '../engine.ts'
import { preserveWork, type PreservedWork } from './keep-work.ts'
import { NoModelNow } from '../models/model-access.ts'
import { retryWithHelper } from '../insist-on-helper.ts'
import { listenForLimit, type LimitListener } from './listen-for-limit.ts'
import { noteSession } from './note-session.ts'
import { openAgent, type OpenAgent, type OpenAgentOptions } from './open-agent.ts'
import { isInterruption } from '../interruption.ts'
import { openRecorder, type Recorder } from './record-session.ts'
import { repositoryOf } from '../repository-of.ts'
import { writeBrief } from './write-brief.ts'

interface AttemptContext {
  readonly attempt: AttemptTask
  readonly task: NonNullable<Awaited<ReturnType<typeof readTask>>>
  readonly repository: JobRepository
  readonly base: string
  /** Whether it begins on the job's main, so that an unchanged workspace means that no attempt has changed anything. */
  readonly isFirst: boolean
  readonly attemptDir: string
}

/**
 * Runs an attempt: a workspace of its own, an agent's process inside the sandbox, a session and its prompts, all updates
 * recorded, and at the end a checkpoint that the server makes. The agent's own claim of success is not used.
 */
export async function runAttempt(engine: Engine, claim: Claim): Promise<Report> {
  const scene = await prepareAttempt(engine, claim)
  const workspace = await prepareWorkspace(scene.repository, {
    attemptDir: scene.attemptDir,
    commit: scene.base,
    trees: engine.trees,
  })
  const prepared = { base_commit: scene.base }
  await noteSession(engine, claim, scene.attempt, {
    change: prepared,
    type: 'session.prepared',
    message: `The workspace is ready at commit ${scene.base.slice(0, 7)}.`,
    data: prepared,
  })
  const brief = await writeBrief(engine, claim, scene, workspace)
  const recorder = openRecorder(engine, claim, scene.attempt, path.join(scene.attemptDir, 'transcript.jsonl'))
  const session = await holdSession(engine, claim, scene, workspace, recorder, brief)
  const untold = await recorder.close()
  try {
    const report = await conclude(engine, claim, scene, workspace, session)
    return { ...report, events: [...untold, ...report.events] }
  } finally {
    // It may hold the person's log-ins, and files that the agent left.
    await discard(workspace.home, engine.dataDir)
  }
}

/** The state of a session after its last process has ended. */
interface SessionOutcome extends ConversationOutcome {
  /** Whether something that the session depended on went away. */
  readonly isLost: boolean
  /** Why it could no longer call a model, when that was not its fault. */
  readonly wait: AttemptWait | null
  /** The usage that the agent reports, where the gateway does not count it. */
  readonly usage: ReportedUsage | null
}

async function holdSession(
  engine: Engine,
  claim: Claim,
  scene: AttemptContext,
  workspace: Workspace,
  recorder: Recorder,
  brief: TaskBrief,
): Promise<SessionOutcome> {
  const { attempt } = scene
  let open: OpenAgent | null = null
  let limit: LimitListener | null = null
  let outcome: ConversationOutcome
  let wait: AttemptWait | null = null
  let isLost = false
  try {
    const found = await findBackend(engine, attempt)
    const limitListener = listenForLimit(found.profile, attempt.backend)
    limit = limitListener
    const onUpdate = (update: SessionUpdate): void => {
      limitListener.add(update)
      recorder.add(update)
    }
    open = await openAttempt(engine, claim, attempt, workspace, recorder, { ...found, onUpdate })
    if (open.models.access.gateway !== null) limit = null
    // Stop an attempt as soon as its model calls can no longer succeed.
    const signal = AbortSignal.any([claim.signal, open.models.halted])
    const going = { ...claim, signal }
    outcome = await converse(engine, going, {
      session: open.session,
      attempt,
      brief,
      workspace,
      recorder,
      limit,
    })
  } catch (error) {
    outcome = { error: error instanceof Error ? error.message : String(error), stopReason: null, reports: {} }
    wait = error instanceof NoModelNow ? error.wait : await missingBackend(engine, attempt)
    isLost = isInterruption(error)
  } finally {
    await open?.close()
  }
  return {
    ...outcome,
    wait: open?.models.wait() ?? wait ?? (outcome.error === null ? null : limit?.wait(outcome.error)) ?? null,
    isLost,
    usage: open?.session.usage() ?? null,
  }
}

async function openAttempt(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  workspace: Workspace,
  recorder: Recorder,
  found: Pick<OpenAgentOptions, 'profile' | 'launch' | 'onUpdate'>,
): Promise<OpenAgent> {
  const open = await openAgent(
    engine,
    {
      ...found,
      workspace,
      caller: {
        backend: attempt.backend,
        jobId: claim.job.id,
        taskId: attempt.task_id,
        attemptId: attempt.id,
        role: attempt.role,
      },
      model: claim.job.models[attempt.role] ?? claim.job.model,
      label: `attempt ${attempt.id}`,
      policy: claim.job.permissions,
      answer: answerPermissions(engine, claim, attempt, recorder),
      board: boardActions(engine, claim, attempt, recorder),
      onStart({ provider, access }) {
        const started = { walls: engine.launcher.walls, provider, model: access.model }
        return noteSession(engine, claim, attempt, {
          change: started,
          type: 'session.started',
          message: `${attempt.backend} is starting (walls: ${engine.launcher.walls}).`,
          data: started,
        })
      },
    },
    claim.signal,
  )
  const { model } = open.session
  if (model !== null)
    await noteSession(engine, claim, attempt, {
      agent: { model },
      type: 'session.model',
      message: `${attempt.backend} uses the model ${model}.`,
      data: { model },
    })
  return open
}

async function prepareAttempt(engine: Engine, { work, job, signal }: Claim): Promise<AttemptContext> {
  const attempt = work.attempt_id === null ? null : await readAttempt(engine.db.reader, work.attempt_id)
  const task = work.task_id === null ? null : await readTask(engine.db.reader, work.task_id)
  if (attempt === null || task === null) throw new Error('the attempt or its task is gone')
  const repository = await repositoryOf(engine, job, signal)
  const base = await baseCommit(engine, job.epoch, attempt, repository)
  return {
    attempt,
    task,
    repository,
    base,
    isFirst: base === (await headCommit(repository)),
    attemptDir: path.join(engine.dataDir, 'jobs', job.id, 'attempts', attempt.id),
  }
}

/**
 * Returns the commit at which an attempt begins: for a review the commit it judges; for a repair the last checkpoint of the
 * task; after a conflict, and for every first attempt, the newest main.
 */
async function baseCommit(
  engine: Engine,
  epoch: number,
  attempt: AttemptTask,
  repository: JobRepository,
): Promise<string> {
  if (attempt.kind === 'review' && attempt.subject_commit !== null) return attempt.subject_commit
  const conflict = attempt.feedback.some((item) => item.kind === 'conflict')
  const earlier =
    attempt.feedback.length === 0 || conflict
      ? null
      : await lastCheckpoint(engine.db.reader, attempt.task_id, epoch)
  return earlier?.head_commit ?? (await headCommit(repository))
}

/**
 * Makes the checkpoint in every case: the work of a failed or stopped attempt is also a commit before its workspace is
 * removed.
 */
async function conclude(
  engine: Engine,
  claim: Claim,
  scene: AttemptContext,
  workspace: Workspace,
  outcome: SessionOutcome,
): Promise<Report> {
  const { attempt, task } = scene
  const about = { actor: `agent:${attempt.agent}`, taskId: task.id, attemptId: attempt.id }
  const { checkpoint: saved, events, mustKeep } = await retryWithHelper(() => saveWork(engine, scene))
  const keptEvents = events.map((event) => ({ ...about, actor: 'server', ...event }))
  if (!mustKeep) await discard(workspace.dir, engine.dataDir)
  const change = {
    walls: engine.launcher.walls,
    ...(outcome.usage === null ? {} : usageChange(outcome.usage)),
    ...(saved === null ? {} : { head_commit: saved.commit, changed: saved.changed }),
    ...(outcome.stopReason === null ? {} : { stop_reason: outcome.stopReason }),
  }
  const stopped = claim.signal.aborted
  if (outcome.wait !== null && !stopped) return waitReport(scene, outcome.wait, change, about, keptEvents)
  const error = stopped ? 'The attempt was stopped.' : (noChangeError(scene, outcome, saved) ?? outcome.error)
  if (error === null) {
    return {
      outcome: { kind: 'session' },
      attempt: { ...change, status: 'succeeded', outcome: outcome.reports },
      events: [
        ...keptEvents,
        ...leftOutEvent(about, saved),
        { ...about, ...successOf(scene, outcome, saved) },
      ],
    }
  }
  return {
    outcome: { kind: 'session' },
    attempt: { ...change, status: stopped || outcome.isLost ? 'lost' : 'failed', error },
    events: [
      ...keptEvents,
      ...leftOutEvent(about, saved),
      { ...about, type: 'attempt.failed', message: `Attempt ${attempt.number} of "${task.title}": ${error}` },
    ],
  }
}

/** Keeps the contents of the workspace; a review leaves nothing. */
async function saveWork(
  engine: Engine,
  { attempt, task, repository, attemptDir, base }: AttemptContext,
): Promise<Omit<PreservedWork, 'checkpoint'> & { readonly checkpoint: Checkpoint | null }> {
  if (attempt.kind === 'review') return { checkpoint: null, events: [], mustKeep: false }
  return preserveWork(engine, repository, {
    attemptId: attempt.id,
    attemptDir,
    base,
    ref: `refs/slipway/attempts/${attempt.id}`,
    message: `${task.title} (attempt ${attempt.number})`,
    author: attempt.agent,
  })
}

/** The maximum number of left-out files that a checkpoint's event names in its message; its data holds all of them. */
const NAMED_LEFT_OUT = 5

/** Describes the files of the workspace that are not in the checkpoint. */
function leftOutEvent(about: EventContext, saved: Checkpoint | null): NewEvent[] {
  const leftOut = saved?.leftOut ?? []
  if (leftOut.length === 0) return []
  const named = leftOut.slice(0, NAMED_LEFT_OUT).map(({ path: name, why: reason }) => `${name} (${reason})`)
  const more = leftOut.length > named.length ? `, and ${leftOut.length - named.length} more` : ''
  return [
    {
      ...about,
      actor: 'server',
      type: 'checkpoint.left_out',
      message: `Not committed: ${named.join(', ')}${more}. What checks need of it belongs into the setup of the job.`,
      data: { left_out: leftOut },
    },
  ]
}

/** Returns an error when a change was the only possible evidence and there is none; otherwise null. */
function noChangeError(
  { isFirst, task }: AttemptContext,
  outcome: ConversationOutcome,
  saved: Checkpoint | null,
): string | null {
  const hasNothing = saved !== null && isFirst && !saved.changed
  const couldPass = outcome.error === null && task.kind === 'build' && task.checks.length === 0
  return hasNothing && couldPass ? 'The agent ended its turn and had changed nothing.' : null
}

function successOf(
  { attempt, task }: AttemptContext,
  outcome: ConversationOutcome,
  saved: Checkpoint | null,
): EventContent<'review.verdict' | 'attempt.succeeded'> {
  const { review } = outcome.reports
  if (review !== undefined) {
    return {
      type: 'review.verdict',
      message: `The review of "${task.title}" ended with ${review.verdict}: ${review.summary}`,
      data: { review },
    }
  }
  return {
    type: 'attempt.succeeded',
    message: `Attempt ${attempt.number} of "${task.title}" ended with ${saved?.files ?? 0} changed files.`,
    data: { commit: saved?.commit ?? null },
  }
}

/** Reports an attempt that failed through no fault of its own: it counts as interrupted, and its wait is stored with it. */
function waitReport(
  { attempt, task }: AttemptContext,
  wait: AttemptWait,
  change: AttemptChange,
  about: EventContext,
  keptEvents: readonly NewEvent[],
): Report {
  const reason = `was interrupted because of ${wait.on}.`
  return {
    outcome: { kind: 'session' },
    attempt: { ...change, status: 'lost', error: `It ${reason}`, outcome: { held: wait } },
    events: [
      ...keptEvents,
      {
        ...about,
        type: 'attempt.held',
        message: `Attempt ${attempt.number} of "${task.title}" ${reason}`,
        data: { held: wait },
      },
    ],
  }
}

function usageChange(usage: ReportedUsage): AttemptChange {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    ...(usage.costUsd === null
      ? { unpriced_tokens: usage.inputTokens + usage.outputTokens }
      : { cost_usd: usage.costUsd }),
  }
}
