import path from 'node:path'
import type { Claim, Report } from '../../src/engine/claim.ts'
import { runAttempt } from '../../src/engine/attempt/run-attempt.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { NewAttempt } from '../../src/store/attempts.ts'
import type { NewJobRow } from '../../src/store/jobs.ts'
import type { NewTaskRow } from '../../src/store/team.ts'
import { addFixture, repositoryDir } from './real-work.ts'
import { gitIn } from './source-repository.ts'
import { claimWork, storeAgent, storeAttempt, storeJob, storeTask, storeWork } from './stored-job.ts'

/** The attempt; by default the first one of a solo developer. */
export interface Scene {
  readonly job?: Partial<NewJobRow>
  readonly role?: NewTaskRow['role']
  readonly task?: Partial<NewTaskRow>
  readonly attempt?: Partial<NewAttempt>
}

export interface PreparedAttempt {
  readonly jobId: string
  readonly taskId: string
  readonly agentId: string
  readonly attemptId: string
  readonly attemptDir: string
  readonly claim: Claim
}

export interface Played extends PreparedAttempt {
  readonly report: Report
}

/** Stores a job with one task, whose attempt is claimed and given to this backend. */
export async function prepareAttempt(
  engine: Engine,
  backend: string,
  { job, role = 'developer', task, attempt }: Scene = {},
): Promise<PreparedAttempt> {
  const { db } = engine
  const jobId = await storeJob(db, { mode: 'solo', backend, ...job }, { status: 'running' })
  const agentId = await storeAgent(db, jobId, { role, backend })
  const taskId = await storeTask(db, { jobId, agentId }, { role, ...task }, { status: 'running' })
  const place = { jobId, agentId, taskId }
  const attemptId = await storeAttempt(db, place, { backend, ...attempt }, { status: 'running' })
  const kind = attempt?.kind === 'review' ? 'review' : 'attempt'
  await storeWork(db, jobId, { kind, taskId, attemptId })
  const claim = { ...(await claimWork(db, jobId)), signal: new AbortController().signal }
  const attemptDir = path.join(engine.dataDir, 'jobs', jobId, 'attempts', attemptId)
  return { ...place, attemptId, attemptDir, claim }
}

/** Runs an attempt whose agent plays this. */
export async function playAttempt(engine: Engine, play: object, scene: Scene = {}): Promise<Played> {
  const prepared = await prepareAttempt(engine, await addFixture(engine, play), scene)
  return { ...prepared, report: await runAttempt(engine, prepared.claim) }
}

/** Returns what the commit of an attempt has in a file. */
export function fileIn(
  engine: Engine,
  { jobId, report }: Pick<Played, 'jobId' | 'report'>,
  name: string,
): string {
  return gitIn(repositoryDir(engine, jobId), ['show', `${report.attempt?.head_commit ?? ''}:${name}`])
}

/** Returns the prompts of an agent, which it recorded because its script has `echo`. */
export function promptsOf(engine: Engine, played: Pick<Played, 'jobId' | 'report'>): string[] {
  return fileIn(engine, played, 'answers.jsonl')
    .split('\n')
    .flatMap((line) => {
      const { prompt } = JSON.parse(line) as { prompt?: { text: string }[] }
      return prompt === undefined ? [] : [prompt.map(({ text }) => text).join('')]
    })
}
