import { Readable, Writable } from 'node:stream'
import {
  client,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  type ClientConnection,
} from '@agentclientprotocol/sdk'
import type { SessionUpdate, TurnEnd } from '../backend.ts'
import { toSessionUpdates } from './updates.ts'

/**
 * One ACP session with one agent process: initialize, open, prompt turn after turn, cancel. Every request has a time
 * limit of ours and ends when the process does, because an agent may hang, print garbage or die at any moment.
 */
export interface Session {
  readonly model: string | null
  /** Sends one prompt and resolves when the agent stops. Throws `SessionError`. */
  prompt(text: string, signal: AbortSignal): Promise<TurnEnd>
  close(): void
}

/** What went wrong between Slipway and an agent, as a sentence. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
}

export interface SessionOptions {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Settles when the process has ended, with words for how. */
  readonly ended: Promise<string>
  readonly cwd: string
  readonly startMs: number
  readonly turnMs: number
  readonly onUpdate: (update: SessionUpdate) => void
}

const MESSAGE_BYTES = 64_000_000
/** How long an agent may take to answer a cancel before its process is ended. */
const CANCEL_MS = 2000
/** How long after a broken connection the end of its process may be told. */
const DEATH_MS = 1000

/** Speaks to a started agent process until a session is open. */
export async function openSession(options: SessionOptions, signal: AbortSignal): Promise<Session> {
  const died = options.ended.then((how) => {
    throw new SessionError(`The agent's process ended: ${how}`)
  })
  died.catch(() => undefined)
  const app = client({ name: 'slipway' })
    .onNotification(methods.client.session.update, ({ params }) => {
      for (const update of toSessionUpdates(params.update)) options.onUpdate(update)
    })
    .onRequest(methods.client.session.requestPermission, ({ params }) => {
      // Inside the sandbox the agent may do what it asks; the strongest standing permission is never given.
      const option =
        params.options.find((candidate) => candidate.kind === 'allow_once') ??
        params.options.find((candidate) => candidate.kind === 'allow_always')
      options.onUpdate({
        kind: 'permission',
        title: params.toolCall.title ?? 'a tool call',
        answer: option?.name ?? 'refused',
      })
      return option === undefined
        ? { outcome: { outcome: 'cancelled' as const } }
        : { outcome: { outcome: 'selected' as const, optionId: option.optionId } }
    })
  const stream = ndJsonStream(Writable.toWeb(options.stdin), toWebBytes(options.stdout), {
    maxMessageBytes: MESSAGE_BYTES,
  })
  const connection = app.connect(stream)
  const within = <T>(what: string, ms: number, work: Promise<T>): Promise<T> =>
    bounded(what, ms, signal, [work, died])
  try {
    await within(
      'start',
      options.startMs,
      connection.agent.request(methods.agent.initialize, {
        protocolVersion: PROTOCOL_VERSION,
        clientInfo: { name: 'slipway', version: '0' },
        clientCapabilities: {},
      }),
    )
    const { sessionId, models } = await within(
      'open a session',
      options.startMs,
      openedSession(connection, options.cwd),
    )
    return {
      model: models,
      close: () => connection.close(),
      prompt: (text, turnSignal) => promptTurn(connection, sessionId, text, turnSignal, options.turnMs, died),
    }
  } catch (error) {
    connection.close()
    throw await explained(error, died)
  }
}

async function openedSession(
  connection: ClientConnection,
  cwd: string,
): Promise<{ sessionId: string; models: string | null }> {
  const response = await connection.agent.request(methods.agent.session.new, { cwd, mcpServers: [] })
  return { sessionId: response.sessionId, models: null }
}

async function promptTurn(
  connection: ClientConnection,
  sessionId: string,
  text: string,
  signal: AbortSignal,
  turnMs: number,
  died: Promise<never>,
): Promise<TurnEnd> {
  const answer = connection.agent.request(methods.agent.session.prompt, {
    sessionId,
    prompt: [{ type: 'text', text }],
  })
  try {
    const response = await bounded('finish its turn', turnMs, signal, [answer, died])
    return { stopReason: response.stopReason }
  } catch (error) {
    if (signal.aborted) {
      answer.catch(() => undefined)
      await connection.agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => undefined)
      await bounded('answer the cancel', CANCEL_MS, null, [answer, died]).catch(() => undefined)
    }
    throw await explained(error, died)
  }
}

/** The first of `works` to settle, or a `SessionError` when the time is over or the signal fires. */
async function bounded<T>(
  what: string,
  ms: number,
  signal: AbortSignal | null,
  works: readonly Promise<T>[],
): Promise<T> {
  const stop = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => stop.reject(new SessionError(`The agent did not ${what} within ${Math.round(ms / 1000)} s.`)),
    ms,
  )
  const onAbort = (): void => stop.reject(new SessionError('The attempt was stopped.'))
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([...works, stop.promise])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

/** A connection that breaks mostly does so because its process ended: then that end is the better explanation. */
async function explained(error: unknown, died: Promise<never>): Promise<SessionError> {
  if (error instanceof SessionError) return error
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), DEATH_MS))
  const death = await Promise.race([late, died.catch((reason: unknown) => reason)])
  if (death instanceof SessionError) return death
  const message = error instanceof Error ? error.message : JSON.stringify(error)
  return new SessionError(`The agent answered with an error: ${message}`, { cause: error })
}

/** Node's byte stream as a web stream; `Readable.toWeb` types its chunks as `any`. */
function toWebBytes(readable: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(readable) as ReadableStream<Uint8Array>
}
