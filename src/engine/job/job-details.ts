import type { EventView } from '../../contract/events/event.ts'
import type { AttemptView, BudgetView, CheckList, JobView, Progress } from '../../contract/job.ts'
import { AppError } from '../../lib/app-error.ts'
import { listAttempts } from '../../store/attempts.ts'
import { listChecks } from '../../store/checks.ts'
import { readAttemptEvents, readMessages } from '../../store/events.ts'
import { listFindings, listLeftOut } from '../../store/findings.ts'
import { readUsage } from '../../store/jobs.ts'
import { sumModelCalls } from '../../store/models/model-calls.ts'
import type { Engine } from '../engine.ts'
import { existingJob } from '../existing-job.ts'

/** The number of messages that are shown with a job's progress. */
const LAST_MESSAGES = 10
/** The maximum number of events in the transcript of an attempt. */
const TRANSCRIPT_EVENTS = 5000

type Stored = Pick<Engine, 'db'>

/** Returns how far a job is, with the last messages that concern a person. */
export async function viewProgress({ db }: Stored, job: JobView): Promise<Progress> {
  const { status, progress, current_phase, wait } = job
  const last_message = await readMessages(db.reader, job.id, LAST_MESSAGES)
  return { status, progress, current_phase, wait, last_message }
}

/** Returns an attempt of a job with its transcript. */
export async function viewAttempt(
  engine: Stored,
  jobId: string,
  id: string,
): Promise<AttemptView & { transcript: EventView[] }> {
  await existingJob(engine, jobId)
  const { reader } = engine.db
  const attempt = (await listAttempts(reader, jobId)).find((candidate) => candidate.id === id)
  if (attempt === undefined) throw new AppError('not_found', `The job has no attempt ${id}.`)
  return { ...attempt, transcript: await readAttemptEvents(reader, jobId, id, TRANSCRIPT_EVENTS) }
}

/** Returns the evidence of a job: its checks, and what speaks against its proof. */
export async function viewChecks(engine: Stored, id: string): Promise<CheckList> {
  const { proof, proof_reason } = await existingJob(engine, id)
  const { reader } = engine.db
  return {
    proof,
    proof_reason,
    checks: await listChecks(reader, id),
    findings: await listFindings(reader, id),
    left_out: await listLeftOut(reader, id),
  }
}

/** Returns what a job may use and has used. */
export async function viewBudget(engine: Stored, id: string): Promise<BudgetView> {
  const { budget } = await existingJob(engine, id)
  return {
    limit: { tokens: budget?.tokens ?? null, usd: budget?.usd ?? null },
    used: await readUsage(engine.db.reader, id),
    models: await sumModelCalls(engine.db.reader, id),
  }
}
