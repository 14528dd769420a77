import path from 'node:path'
import type { TaskBrief } from '../contract/brief.ts'
import { openSession, type Session } from '../agents/acp/session.ts'
import { messagePrompt } from '../roles/message-prompt.ts'
import { lastCheckpoint, readAttempt, updateAttempt, type AttemptTask } from '../store/attempts.ts'
import { readDocuments } from '../store/documents.ts'
import { readTask } from '../store/team.ts'
import { checkpoint, prepareWorkspace, type Workspace } from '../workspace/attempt-workspace.ts'
import { ensureJobRepository, headCommit, type JobRepository } from '../workspace/job-repository.ts'
import { writeReport } from '../workspace/read-report.ts'
import { discard } from '../workspace/trash.ts'
import { describeEnd, startAgent, type RunningAgent } from './agent-process.ts'
import type { Engine } from './engine.ts'
import { messagesForBrief, messagesForTurn } from './messages.ts'
import { openRecorder, type Recorder } from './record-session.ts'
import { readReports, type Reports } from './read-reports.ts'
import type { Claim, Report } from './claim.ts'

/** How often one session is told what people said meanwhile; what is said after that waits for the next attempt. */
const MESSAGE_ROUNDS = 10

/** How often an agent may correct a report that does not fit its schema, within one session. */
const CORRECTIONS = 3

interface Scene {
  readonly attempt: AttemptTask
  readonly task: NonNullable<Awaited<ReturnType<typeof readTask>>>
  readonly repository: JobRepository
  readonly base: string
  readonly attemptDir: string
}

/**
 * The long work at the heart of the product: a workspace of its own, an agent's process inside the sandbox, a
 * session, prompts, everything it says recorded, and in the end a checkpoint that the server makes itself. What the
 * agent says about its success is not asked.
 */
export async function runAttempt(engine: Engine, claim: Claim): Promise<Report> {
  const scene = await setScene(engine, claim)
  const workspace = await prepareWorkspace(scene.repository, {
    attemptDir: scene.attemptDir,
    commit: scene.base,
    pool: engine.pool,
  })
  await engine.db.tx((trx) => updateAttempt(trx, scene.attempt.id, { base_commit: scene.base }))
  const brief = await writeBrief(engine, claim, scene, workspace)
  const recorder = openRecorder(engine, claim, scene.attempt, path.join(scene.attemptDir, 'transcript.jsonl'))
  let agent: RunningAgent | null = null
  let talk: Talk
  try {
    agent = await startAgent(engine, scene.attempt, workspace, claim.signal)
    talk = await converse(engine, claim, scene, workspace, agent, recorder, brief)
  } catch (error) {
    talk = { error: error instanceof Error ? error.message : String(error), stopReason: null, reports: {} }
  } finally {
    await agent?.child.kill()
    await recorder.close()
  }
  return conclude(engine, claim, scene, workspace, talk, agent?.child.walls ?? engine.launcher.walls)
}

async function setScene(engine: Engine, { work, job, signal }: Claim): Promise<Scene> {
  const attempt = work.attempt_id === null ? null : await readAttempt(engine.db.reader, work.attempt_id)
  const task = work.task_id === null ? null : await readTask(engine.db.reader, work.task_id)
  if (attempt === null || task === null) throw new Error('the attempt or its task is gone')
  const repository = await ensureJobRepository({
    dataDir: engine.dataDir,
    jobId: job.id,
    source: job.source,
    pool: engine.pool,
    signal,
  })
  const base = await baseCommit(engine, job.epoch, attempt, repository)
  return {
    attempt,
    task,
    repository,
    base,
    attemptDir: path.join(engine.dataDir, 'jobs', job.id, 'attempts', attempt.id),
  }
}

/**
 * Where an attempt begins: a review at the commit it judges; a repair where the attempt before it stopped; work that
 * met a conflict, and every first attempt, on the newest main.
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

async function writeBrief(
  engine: Engine,
  claim: Claim,
  scene: Scene,
  workspace: Workspace,
): Promise<TaskBrief> {
  const { job } = claim
  const { attempt, task } = scene
  const brief: TaskBrief = {
    slipway: 1,
    role: attempt.role,
    mode: job.mode,
    vision: job.vision,
    task: {
      id: task.id,
      key: task.key,
      title: task.title,
      description: task.description,
      acceptance: task.acceptance,
      checks: task.checks,
    },
    attempt: attempt.number,
    feedback: [...(await messagesForBrief(engine, claim, attempt)), ...attempt.feedback],
    base_commit: scene.base,
  }
  await writeReport(workspace.dir, '.slipway/task.json', JSON.stringify(brief, null, 2))
  const documents = await readDocuments(engine.db.reader, job.id)
  for (const [index, document] of documents.entries()) {
    const name = path
      .basename(document.name)
      .replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')
      .replace(/^\.+/, '_')
    await writeReport(
      workspace.dir,
      `.slipway/documents/${String(index + 1).padStart(2, '0')}-${name}`,
      document.content,
    )
  }
  return brief
}

interface Talk {
  readonly error: string | null
  readonly stopReason: string | null
  readonly reports: Reports
}

async function converse(
  engine: Engine,
  claim: Claim,
  scene: Scene,
  workspace: Workspace,
  agent: RunningAgent,
  recorder: Recorder,
  brief: TaskBrief,
): Promise<Talk> {
  const session: Session = await openSession(
    {
      stdin: agent.child.stdin,
      stdout: agent.child.stdout,
      ended: describeEnd(agent),
      cwd: workspace.dir,
      startMs: engine.limits.agentStartMs,
      turnMs: engine.limits.turnMs,
      onUpdate: (update) => recorder.add(update),
    },
    claim.signal,
  )
  try {
    let prompt = engine.roles.render(brief)
    let told = 0
    for (let round = 0; ; round += 1) {
      const { stopReason } = await session.prompt(prompt, claim.signal)
      if (stopReason !== 'end_turn')
        return { error: `The agent stopped with "${stopReason}".`, stopReason, reports: {} }
      const messages = told < MESSAGE_ROUNDS ? await messagesForTurn(engine, claim, scene.attempt) : []
      if (messages.length > 0) {
        told += 1
        prompt = messagePrompt(messages)
        continue
      }
      const { reports, problem } = await readReports(workspace.dir, scene.attempt, claim.job.mode)
      if (problem === null) return { error: null, stopReason, reports }
      if (round - told >= CORRECTIONS) return { error: problem, stopReason, reports: {} }
      recorder.note(`The report was sent back: ${problem}`)
      prompt = `${problem}\n\nCorrect the file and stop.`
    }
  } finally {
    session.close()
  }
}

/** The checkpoint, always: also what a failed or stopped attempt left is a commit before its workspace goes. */
async function conclude(
  engine: Engine,
  claim: Claim,
  scene: Scene,
  workspace: Workspace,
  talk: Talk,
  walls: string,
): Promise<Report> {
  const { attempt, task } = scene
  const about = { actor: `agent:${attempt.agent}`, taskId: task.id, attemptId: attempt.id }
  const saved =
    attempt.kind === 'review'
      ? null
      : await checkpoint(scene.repository, {
          attemptDir: scene.attemptDir,
          base: scene.base,
          ref: `refs/slipway/attempts/${attempt.id}`,
          message: `${task.title} (attempt ${attempt.number})`,
          author: attempt.agent,
        })
  await discard(workspace.dir, engine.dataDir)
  const stopped = claim.signal.aborted
  const idle =
    talk.error === null &&
    saved !== null &&
    !saved.changed &&
    task.kind !== 'plan' &&
    task.checks.length === 0
  const error = stopped
    ? 'The attempt was stopped.'
    : idle
      ? 'The agent ended its turn and had changed nothing.'
      : talk.error
  const change = {
    walls,
    ...(saved === null ? {} : { head_commit: saved.commit, changed: saved.changed }),
    ...(talk.stopReason === null ? {} : { stop_reason: talk.stopReason }),
  }
  if (error !== null) {
    return {
      outcome: { kind: 'session' },
      attempt: { ...change, status: stopped ? 'lost' : 'failed', error },
      events: [
        {
          ...about,
          type: 'attempt.failed',
          message: `Attempt ${attempt.number} of "${task.title}": ${error}`,
        },
      ],
    }
  }
  const review = talk.reports.review
  const event =
    review === undefined
      ? {
          ...about,
          type: 'attempt.succeeded',
          message: `Attempt ${attempt.number} of "${task.title}" ended with ${saved?.files ?? 0} changed files.`,
          data: { commit: saved?.commit ?? null },
        }
      : {
          ...about,
          type: 'review.verdict',
          message: `The review of "${task.title}" says ${review.verdict}: ${review.summary}`,
          data: { review },
        }
  return {
    outcome: { kind: 'session' },
    attempt: { ...change, status: 'succeeded', outcome: talk.reports },
    events: [event],
  }
}
