import type { CreatedJob, JobView, NewJob } from '../../contract/job.ts'
import { newId } from '../../lib/ids.ts'
import { listDocuments, type NewDocument } from '../../store/documents.ts'
import type { Engine } from '../engine.ts'
import type { Created, Creation } from './create-job.ts'

/** A job as it arrives. */
export interface Arrival {
  readonly input: NewJob
  readonly documents: readonly Omit<NewDocument, 'id'>[]
  readonly idempotencyKey: string | null
}

/** The parts that accept a job. */
export interface Acceptance {
  readonly engine: Pick<Engine, 'db'>
  readonly createJob: (creation: Creation) => Promise<Created>
  readonly viewJob: (id: string) => Promise<JobView>
}

/** Accepts a job and returns it; when the same request was accepted before, returns that job in its current state. */
export async function acceptJob(
  { engine, createJob, viewJob }: Acceptance,
  { input, documents, idempotencyKey }: Arrival,
): Promise<CreatedJob> {
  const stored = documents.map((document) => ({ id: newId(), ...document }))
  const { id, replayed } = await createJob({ input, documents: stored, idempotencyKey })
  const job = await viewJob(id)
  const hasNone = !replayed && stored.length === 0
  return {
    ...(replayed ? job : asAccepted(job)),
    job_id: id,
    documents: hasNone ? [] : await listDocuments(engine.db.reader, id),
  }
}

/** Returns the job as it was when it was accepted, even if a worker has already changed it. */
function asAccepted(job: JobView): JobView {
  return { ...job, status: 'queued', current_phase: 'queued', progress: 0, started_at: null, wait: null }
}
