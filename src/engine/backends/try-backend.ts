import fs from 'node:fs'
import path from 'node:path'
import type { Backend, Launch, SessionUpdate } from '../../agents/backend.ts'
import type { BackendTrial } from '../../contract/backend.ts'
import { AppError } from '../../lib/app-error.ts'
import { randomId } from '../../lib/chance.ts'
import { clock, isoTime } from '../../lib/clock.ts'
import { timeLimit } from '../../lib/timers.ts'
import type { NewEvent } from '../../store/events.ts'
import { makeBareWorkspace, type Workspace } from '../../workspace/attempt-workspace.ts'
import { allowing } from '../attempt/ask-permission.ts'
import type { Engine } from '../engine.ts'
import { openAgent, type OpenAgent } from '../attempt/open-agent.ts'
import { merge, toEvent } from '../attempt/record-session.ts'

/** Backends being tried in this process: one trial of each at a time. */
const underway = new Set<string>()
/** The maximum number of transcript entries kept. */
const ENTRIES = 500

const PROMPT = `Say in one or two sentences what you are: your name, and your model if you know it.
This only tests the connection: create, change and run nothing.`

/**
 * Runs one real turn with a backend: its program inside the walls, in a temporary workspace, until the turn ends or
 * `trialMs` have passed. Any behaviour of the program is a result, and the program has ended when this returns. Throws
 * `AppError` for a backend that does not exist or cannot be used.
 */
export async function tryBackend(engine: Engine, name: string): Promise<BackendTrial> {
  const { backend, launch, version } = await usableBackend(engine, name)
  if (underway.has(name))
    throw new AppError('trial_underway', `"${name}" is being tested already: wait for it.`)
  underway.add(name)
  const began = clock.now()
  const root = path.join(engine.dataDir, 'trials', randomId())
  const transcript: NewEvent[] = []
  try {
    const workspace = await makeBareWorkspace(root)
    const error = await converse(engine, backend, launch, workspace, transcript)
    return {
      ok: error === null,
      duration_ms: clock.now() - began,
      error,
      version,
      transcript: transcript.map((event) => ({
        at: isoTime(event.at ?? new Date(began)),
        type: event.type,
        message: event.message,
        data: { ...event.data },
      })),
    }
  } finally {
    underway.delete(name)
    await fs.promises.rm(root, { recursive: true, force: true })
  }
}

/** Returns a backend that can be started now. Throws `AppError` with the reason when it cannot. */
export async function usableBackend(
  engine: Engine,
  name: string,
): Promise<{ backend: Backend; launch: Launch; version: string | null }> {
  const backend = engine.catalogue.find(await engine.settings(), name)
  if (backend === null) throw new AppError('backend_not_found', `There is no backend "${name}".`)
  const { launch, reason, version } = await backend.detect()
  if (launch === null)
    throw new AppError(
      'backend_unavailable',
      `The backend "${name}" cannot be used: ${reason ?? 'it is not available'}`,
    )
  return { backend, launch, version }
}

/** Runs the turn; returns null on success, otherwise a description of the failure. */
async function converse(
  engine: Engine,
  backend: Backend,
  launch: Launch,
  workspace: Workspace,
  transcript: NewEvent[],
): Promise<string | null> {
  const { trialMs } = engine.limits
  const timeout = timeLimit(trialMs)
  const record = (update: SessionUpdate): void => {
    const cap = engine.limits.eventTextChars
    const event = { ...toEvent(update, cap), actor: `agent:${backend.profile.displayName}`, at: clock.date() }
    if (transcript.length < ENTRIES && !merge(transcript, event, cap)) transcript.push(event)
  }
  let open: OpenAgent | null = null
  try {
    open = await openAgent(
      engine,
      {
        profile: { ...backend.profile, limits: { ...backend.profile.limits, startMs: trialMs } },
        launch,
        workspace,
        caller: { backend: backend.profile.id, jobId: null, taskId: null, attemptId: null, role: null },
        label: `test of ${backend.profile.id}`,
        policy: 'sandbox',
        answer: (prompt) => Promise.resolve(allowing(prompt)),
        onUpdate: record,
      },
      timeout,
    )
    const { stopReason } = await open.session.prompt(PROMPT, timeout)
    if (stopReason !== 'end_turn') return `It stopped with "${stopReason}" instead of ending its turn.`
    return transcript.some((event) => event.type === 'session.message')
      ? null
      : 'It ended its turn without a word.'
  } catch (error) {
    if (timeout.aborted)
      return `It did not end its turn within ${trialMs / 1000} s: look at its transcript, or raise SLIPWAY_TRIAL_SECONDS.`
    return error instanceof Error ? error.message : String(error)
  } finally {
    await open?.close()
  }
}
