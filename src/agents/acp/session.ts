import { Writable, type Readable } from 'node:stream'
import {
  client,
  methods,
  ndJsonStream,
  RequestError,
  type ClientConnection,
  type McpServer,
} from '@agentclientprotocol/sdk'
import { isHelperEnded } from '../../lib/helper.ts'
import { waitFor } from '../../lib/waiting.ts'
import type { SessionUpdate, TurnEnd } from '../backend.ts'
import type { SessionLimits, SessionPreferences } from '../profile.ts'
import type { SessionHost } from '../session/session-host.ts'
import { inspectOutput } from './inspect-output.ts'
import { openUsageMeter, type UsageMeter } from './read-usage.ts'
import { serveClient } from './serve-client.ts'
import { SessionError, stopped } from '../session/session-error.ts'
import type { Session } from '../session/session.ts'
import { setUpSession } from './set-up-session.ts'
import { startSession } from './start-session.ts'
import { openTerminals } from './terminals.ts'
import { openToolCalls } from './tool-calls.ts'
import { toSessionUpdates } from './updates.ts'
import { watchTurn, type TurnWatch } from '../session/watch-turn.ts'

/**
 * Options of one ACP session with one agent process. Every request has a time limit set by Slipway and ends when the process
 * does, because an agent may hang, print garbage or die at any moment.
 */
export interface SessionOptions {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Resolves when the process has ended, with a description of how it ended. */
  readonly ended: Promise<string>
  readonly cwd: string
  readonly limits: SessionLimits
  /** The maximum output of an agent in one session, in bytes. */
  readonly maxBytes: number
  readonly preferences: SessionPreferences
  readonly host: SessionHost
  readonly onUpdate: (update: SessionUpdate) => void
  readonly model?: string | null
  /** The title of the session in the agent's own lists, where the agent supports titles. */
  readonly title: string
  readonly mcpServers?: readonly McpServer[]
  /** The id of an earlier session of this agent to continue, where the agent supports it. */
  readonly resume?: string | null
}

const MESSAGE_BYTES = 64_000_000
/** The time in ms for an agent to respond to a cancel before its process is ended. */
const CANCEL_MS = 2000
/** The time in ms after a broken connection within which the end of its process may be reported. */
const DEATH_MS = 1000
/** The maximum number of characters shown of the details that an agent adds to an error. */
const ERROR_CHARS = 500

/** Initializes a started agent process and opens a session. Throws `SessionError`. */
export async function openSession(options: SessionOptions, signal: AbortSignal): Promise<Session> {
  const { preferences, limits, cwd, host, title, resume = null, mcpServers = [], model = null } = options
  const wires = connect(options)
  const { connection, broken } = wires
  const starting = async (): Promise<Pick<Session, 'id' | 'origin' | 'model'>> => {
    const started = await startSession(connection.agent, { cwd, preferences, mcpServers, resume })
    const set = await setUpSession(connection.agent, started, {
      preferences,
      policy: host.policy,
      model,
      title,
    })
    return { id: started.sessionId, origin: started.origin, model: set }
  }
  try {
    const beginning = Promise.race([starting(), ...broken])
    const started = await waitFor(beginning, { signal, awakeMs: limits.startMs }, (end) => {
      if (end === 'aborted') throw stopped()
      throw new SessionError(`The agent did not start within ${limits.startMs / 1000} s.${wires.printed()}`)
    })
    return {
      ...started,
      close: wires.close,
      usage: wires.meter.read,
      async prompt(text, turnSignal) {
        const turn = wires.beginTurn()
        try {
          const answer = await takeTurn(connection, started.id, text, turnSignal, [turn.over, ...broken])
          wires.meter.endTurn(answer)
          return { stopReason: answer.stopReason }
        } catch (error) {
          throw await wires.explained(error)
        } finally {
          turn.end()
        }
      },
    }
  } catch (error) {
    await wires.close()
    throw await wires.explained(error)
  }
}

/** A connection with the listeners attached to it. */
interface Wires {
  readonly connection: ClientConnection
  readonly meter: UsageMeter
  /** Reject when the process ends, or its output is invalid. */
  readonly broken: readonly Promise<never>[]
  /** Returns a description of its non-protocol output; empty when there is none. */
  printed(): string
  /** Starts the timers of a turn. `over` rejects when one expires. */
  beginTurn(): { readonly over: Promise<never>; readonly end: () => void }
  explained(error: unknown): Promise<SessionError>
  close(): Promise<void>
}

function connect(options: SessionOptions): Wires {
  const { host, preferences, limits, onUpdate } = options
  const inspected = inspectOutput(options.stdout, options.maxBytes)
  const printed = (): string => {
    const noise = inspected.noise()
    return noise === null ? '' : ` It printed: ${noise}`
  }
  const died = options.ended.then((how) => {
    throw new SessionError(`The agent's process ended: ${how}${printed()}`)
  })
  died.catch(() => undefined)
  let watch: TurnWatch | null = null
  let turn = new AbortController()
  const meter = openUsageMeter(preferences.partialUsage === true ? 'partial' : 'whole')
  const terminals = openTerminals(host.startCommand, () => watch?.restartSilence())
  const calls = openToolCalls(terminals.text)
  const app = client({ name: 'slipway' }).onNotification(methods.client.session.update, ({ params }) => {
    watch?.restartSilence()
    meter.update(params.update)
    for (const update of toSessionUpdates(params.update, calls)) onUpdate(update)
  })
  const turnSignal = (): AbortSignal => turn.signal
  const hold = (): (() => void) => watch?.pause() ?? (() => undefined)
  const stream = ndJsonStream(Writable.toWeb(options.stdin), inspected.stream, {
    maxMessageBytes: MESSAGE_BYTES,
  })
  const connection = serveClient(app, { host, terminals, calls, turnSignal, hold, onUpdate }).connect(stream)
  return {
    connection,
    meter,
    broken: [died, inspected.failed],
    printed,
    beginTurn() {
      const over = Promise.withResolvers<never>()
      over.promise.catch(() => undefined)
      const turnWatch = watchTurn(limits, over.reject)
      watch = turnWatch
      turn = new AbortController()
      const end = (): void => {
        turnWatch.stop()
        watch = null
        turn.abort()
      }
      return { over: over.promise, end }
    },
    explained: (error) => explained(error, died),
    async close() {
      turn.abort()
      connection.close()
      await terminals.close()
    },
  }
}

/** Sends one prompt and returns the response. A turn that is stopped or times out is cancelled before this returns. */
async function takeTurn(
  connection: ClientConnection,
  sessionId: string,
  text: string,
  signal: AbortSignal,
  ends: readonly Promise<never>[],
): Promise<TurnEnd> {
  const answer = connection.agent.request(methods.agent.session.prompt, {
    sessionId,
    prompt: [{ type: 'text', text }],
  })
  answer.catch(() => undefined)
  try {
    return await waitFor(Promise.race([answer, ...ends]), { signal }, () => {
      throw stopped()
    })
  } catch (error) {
    if (error instanceof SessionError) {
      await connection.agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => undefined)
      const over = Promise.race([answer, connection.closed]).catch(() => undefined)
      await waitFor(over, { ms: CANCEL_MS }, () => undefined)
    }
    throw error
  }
}

/** Returns the end of the process as the error if there is one, because that is the usual reason for a broken connection. */
async function explained(error: unknown, died: Promise<never>): Promise<SessionError> {
  if (error instanceof SessionError) return error
  const end = died.catch((reason: unknown) => reason)
  const death = await waitFor(end, { ms: DEATH_MS }, () => null)
  if (death instanceof SessionError) return death
  if (isHelperEnded(death) && death instanceof Error)
    return new SessionError(`The agent's process was lost: ${death.message}`, { cause: death })
  const message = error instanceof Error ? error.message : JSON.stringify(error)
  const data =
    error instanceof RequestError && error.data !== undefined ? ` ${JSON.stringify(error.data)}` : ''
  return new SessionError(`The agent answered with an error: ${message}${data.slice(0, ERROR_CHARS)}`, {
    cause: error,
  })
}
