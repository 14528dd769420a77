import { createHash } from 'node:crypto'
import type { BackendView, Settings } from '../../contract/backend.ts'
import type { NewJob } from '../../contract/job.ts'
import { AppError } from '../../lib/app-error.ts'
import { clock } from '../../lib/clock.ts'
import { coalesce } from '../../lib/coalesce.ts'
import { newId } from '../../lib/ids.ts'
import { shareFor } from '../../lib/share-for.ts'
import { titleOf } from '../../domain/job.ts'
import { insertDocument, type NewDocument } from '../../store/documents.ts'
import { findByIdempotencyKey, insertJobs, type NewJobRow } from '../../store/jobs.ts'
import { missingRoom } from '../disk-room.ts'
import type { Engine } from '../engine.ts'
import { queueAdvance } from '../job-transactions.ts'
import { upgradeSentence } from '../own-program.ts'
import { openSourceCheck, type SourceCheck } from './look-at-source.ts'

/** The time in ms for which a reading of the free disk space is reused. */
const ROOM_MS = 1000

export interface Creation {
  readonly input: NewJob
  readonly documents: readonly NewDocument[]
  readonly idempotencyKey: string | null
  /** Created by the server for itself: not in any list, count or stream. */
  readonly isHidden?: true
}

/** The id of the job, and whether it had already been created under the same idempotency key. */
export interface Created {
  readonly id: string
  readonly replayed: boolean
}

/**
 * Returns a function that accepts jobs: the row, its first event and its due `advance` are committed in one transaction
 * before the caller answers `201`. Requests that arrive together share that transaction and its one forced write.
 */
export function openCreateJob(engine: Engine): (creation: Creation) => Promise<Created> {
  const store = async (
    batch: readonly (NewJobRow & { documents: readonly NewDocument[] })[],
  ): Promise<Created[]> => {
    await engine.db.tx(async (trx) => {
      const inserted = await insertJobs(trx, batch)
      for (const job of batch)
        for (const document of job.documents) await insertDocument(inserted, job.id, document)
      await queueAdvance(
        trx,
        batch.map((job) => job.id),
      )
    })
    return batch.map((job) => ({ id: job.id, replayed: false }))
  }
  const commitTogether = coalesce(store, engine.limits.createBatch)
  // A reused key fails its transaction, which must not make other creations fail.
  const commitOne = async (row: Parameters<typeof store>[0][number]): Promise<Created> => {
    await store([row])
    return { id: row.id, replayed: false }
  }

  const room = shareFor(ROOM_MS, () => missingRoom(engine))
  const available = openKnownBackends(engine)
  const branchOf = openSourceCheck()

  return async ({ input, documents, idempotencyKey, isHidden = false }) => {
    const requestHash = hashOf(input, documents)
    const earlier = idempotencyKey === null ? null : await replay(engine, idempotencyKey, requestHash)
    if (earlier !== null) return earlier
    const missing = await room.get()
    if (missing !== null) throw noRoom(missing)
    const settings = await engine.settings()
    const filled = fillIn(input, settings.defaults)
    refuseEmptyGate(filled)
    const backends = await chooseBackends(available, settings, input).catch(explainUpgrade(engine))
    try {
      return await (idempotencyKey === null ? commitTogether : commitOne)({
        id: newId(),
        vision: input.vision,
        title: titleOf(input.vision),
        ...backends,
        ...filled,
        ...(await readRequest(input, branchOf)),
        idempotencyKey,
        requestHash,
        isHidden,
        createdAt: clock.date(),
        documents,
      })
    } catch (error) {
      // Two concurrent requests with one key: the row that was inserted answers both.
      const winner = idempotencyKey === null ? null : await replay(engine, idempotencyKey, requestHash)
      if (winner !== null) return winner
      throw error
    }
  }
}

/** Returns the fields that have no default in the settings, and the branch of the source, for which the source is read. */
async function readRequest(
  input: NewJob,
  branchOf: SourceCheck,
): Promise<Pick<NewJobRow, 'model' | 'models' | 'source' | 'branch' | 'setup' | 'budget' | 'priority'>> {
  const { model = null, models = {}, source = null, setup = [], budget = null, priority = 'normal' } = input
  return { model, models, source, branch: await branchOf(source), setup, budget, priority }
}

function noRoom(missing: string): AppError {
  return new AppError('disk_full', `No job can be accepted now: ${missing}. Nothing is lost.`)
}

/** Returns a handler that rethrows its error, or throws an `AppError` 503 when an upgrade replaced the program and its agents. */
function explainUpgrade({ program }: Engine): (error: unknown) => Promise<never> {
  return async (error) => {
    throw (await program.check()) === null
      ? error
      : new AppError('upgraded', `${upgradeSentence}. Nothing that was accepted is lost.`)
  }
}

/** Returns the hash of a request: its fields as sent, and the bytes of its documents. */
function hashOf(input: NewJob, documents: readonly NewDocument[]): string {
  const hash = createHash('sha256').update(JSON.stringify(input))
  for (const { name, mediaType, content } of documents)
    hash.update(JSON.stringify([name, mediaType, content.byteLength])).update(content)
  return hash.digest('hex')
}

/** Fills in missing fields from the settings. An agent that works alone makes no plan to approve. */
function fillIn(
  input: NewJob,
  defaults: Settings['defaults'],
): Pick<NewJobRow, 'mode' | 'checks' | 'parallelism' | 'approvePlan' | 'permissions'> {
  const mode = input.mode ?? defaults.mode
  return {
    mode,
    checks: input.checks ?? defaults.checks,
    parallelism: input.parallelism ?? defaults.parallelism,
    permissions: input.permissions ?? defaults.permissions,
    approvePlan: input.approve_plan ?? (mode === 'team' && defaults.approve_plan),
  }
}

function refuseEmptyGate(job: Pick<NewJobRow, 'mode' | 'approvePlan'>): void {
  if (job.approvePlan && job.mode === 'solo')
    throw new AppError(
      'no_plan_to_approve',
      'A job with mode "solo" makes no plan that could wait for approval: leave out approve_plan, or use mode "team".',
    )
}

async function replay(engine: Engine, key: string, requestHash: string): Promise<Created | null> {
  const earlier = await findByIdempotencyKey(engine.db.reader, key)
  if (earlier === null) return null
  if (earlier.request_hash !== requestHash) {
    throw new AppError(
      'idempotency_key_reused',
      'This Idempotency-Key was used for a different request: send a new key.',
    )
  }
  return { id: earlier.id, replayed: true }
}

/** The backends found on the machine, looked up once for all jobs that arrive together. */
interface KnownBackends {
  list(settings: Settings): Promise<readonly BackendView[]>
  /** Looks again, so that a job is only refused for the current state. */
  listNow(settings: Settings): Promise<readonly BackendView[]>
}

/** The settings object stays the same while it is shared, and so does the list found for it. */
function openKnownBackends(engine: Engine): KnownBackends {
  let last: { readonly settings: Settings; readonly found: Promise<readonly BackendView[]> } | null = null
  const listNow = async (settings: Settings): Promise<readonly BackendView[]> => {
    const found = engine.catalogue.list(settings)
    last = { settings, found }
    return found
  }
  return { listNow, list: (settings) => (last?.settings === settings ? last.found : listNow(settings)) }
}

/** Chooses the backend of the job and of each role with its own; throws unless all of them exist and are usable. */
async function chooseBackends(
  backends: KnownBackends,
  settings: Settings,
  input: NewJob,
): Promise<{ backend: string; agents: NewJobRow['agents'] }> {
  try {
    return choose(await backends.list(settings), input)
  } catch (error) {
    if (error instanceof AppError) return choose(await backends.listNow(settings), input)
    throw error
  }
}

function choose(
  backends: readonly BackendView[],
  input: NewJob,
): { backend: string; agents: NewJobRow['agents'] } {
  const usable = (name: string): string => {
    const found = backends.find((backend) => backend.name === name)
    const names = backends.map((backend) => backend.name).join(', ')
    if (found === undefined)
      throw new AppError('unknown_backend', `There is no backend "${name}": choose one of ${names}.`)
    if (!found.available)
      throw new AppError(
        'backend_unavailable',
        `The backend "${name}" cannot be used: ${found.reason ?? 'it is not available'}`,
      )
    return found.name
  }
  const standard = backends.find((backend) => backend.default)
  const backendName = input.backend ?? standard?.name
  if (backendName === undefined)
    throw new AppError(
      'no_backend',
      'No backend is available: see `slipway backends` for what each one needs.',
    )
  const agents = Object.fromEntries(
    Object.entries(input.agents ?? {}).map(([role, name]) => [role, usable(name)]),
  )
  return { backend: usable(backendName), agents }
}
