import { randomUUID } from 'node:crypto'
import path from 'node:path'
import {
  agent,
  methods,
  PROTOCOL_VERSION,
  RequestError,
  type AgentApp,
  type ContentBlock,
  type NewSessionResponse,
  type PromptResponse,
  type RequestPermissionRequest,
  type SessionMode,
  type ToolCallUpdate,
} from '@agentclientprotocol/sdk'
import { reportsOf } from './environment.ts'
import { openStage, type Stage, type StageOptions } from './stage.ts'

/**
 * The common base of Slipway's own agents as ACP agents: sessions, one turn at a time in each, and a cancel that ends the
 * open prompt with `cancelled` once its child processes have ended.
 */
export interface TurnAgent {
  readonly app: AgentApp
  /** Stops every turn and its child processes. */
  readonly stop: () => void
}

export interface TurnAgentOptions<State> {
  readonly name: string
  readonly title: string
  /** Modes that can be set with `session/set_mode`; a session starts in the first. */
  readonly modes?: readonly SessionMode[]
  /** The mode in which a person is asked before a file is written or a command is run. */
  readonly askingMode?: string
  /** Creates the state that is kept for a session between turns. */
  readonly begin: (cwd: string) => State
  /** Runs one turn. Throws errors that are reported to the client. */
  readonly take: (turn: Turn<State>) => Promise<TurnAnswer>
  /** Whether a cancel is handled now; always by default. */
  readonly hears?: () => boolean
}

export interface Turn<State> {
  readonly state: State
  /** Counts from 1 within the session. */
  readonly number: number
  readonly prompt: readonly ContentBlock[]
  readonly stage: Stage
}

/** `usage` is the turn's usage in tokens, in the format of ACP's draft. */
export interface TurnAnswer extends Pick<PromptResponse, 'stopReason'> {
  readonly usage?: {
    readonly inputTokens: number
    readonly outputTokens: number
    readonly totalTokens: number
  }
}

interface Session<State> {
  readonly cwd: string
  readonly state: State
  mode: string | null
  turns: number
  turn: AbortController | null
}

export function openTurnAgent<State>(options: TurnAgentOptions<State>): TurnAgent {
  const { name, title, hears = () => true } = options
  const sessions = new Map<string, Session<State>>()
  const find = (id: string): Session<State> => {
    const session = sessions.get(id)
    if (session === undefined) throw RequestError.invalidParams({ sessionId: 'no such session' })
    return session
  }
  const app = agent({ name })
    .onRequest(methods.agent.initialize, () => ({
      protocolVersion: PROTOCOL_VERSION,
      agentInfo: { name, title, version: '1' },
      agentCapabilities: { loadSession: false },
      authMethods: [],
    }))
    .onRequest(methods.agent.session.new, ({ params }) => beginSession(sessions, options, params.cwd))
    .onRequest(methods.agent.session.setMode, ({ params }) => {
      if ((options.modes ?? []).every(({ id }) => id !== params.modeId))
        throw RequestError.invalidParams({ modeId: 'no such mode' })
      find(params.sessionId).mode = params.modeId
      return {}
    })
    .onRequest(methods.agent.session.prompt, ({ params: { sessionId, prompt }, client }) => {
      const session = find(sessionId)
      if (session.turn !== null)
        throw RequestError.invalidRequest({ sessionId: 'a turn is already going on' })
      return takeTurn(session, prompt, options.take, {
        send: (update) => client.notify(methods.client.session.update, { sessionId, update }),
        ask: async (toolCallId, change, kind) => {
          if (options.askingMode === undefined || session.mode !== options.askingMode) return true
          const request = permissionRequest(sessionId, { toolCallId, title: change, kind, status: 'pending' })
          const { outcome } = await client.request(methods.client.session.requestPermission, request)
          return outcome.outcome === 'selected' && outcome.optionId === ALLOW
        },
      })
    })
    .onNotification(methods.agent.session.cancel, ({ params }) => {
      if (hears()) sessions.get(params.sessionId)?.turn?.abort(new Error('cancelled'))
    })
  return {
    app,
    stop: () => {
      for (const session of sessions.values()) session.turn?.abort(new Error('the agent is stopping'))
    },
  }
}

function beginSession<State>(
  sessions: Map<string, Session<State>>,
  { modes = [], begin }: TurnAgentOptions<State>,
  cwd: string,
): NewSessionResponse {
  if (!path.isAbsolute(cwd)) throw RequestError.invalidParams({ cwd: 'must be an absolute path' })
  const sessionId = randomUUID()
  const [first = null] = modes.map(({ id }) => id)
  sessions.set(sessionId, { cwd, state: begin(cwd), mode: first, turns: 0, turn: null })
  return first === null
    ? { sessionId }
    : { sessionId, modes: { currentModeId: first, availableModes: [...modes] } }
}

const ALLOW = 'once'

function permissionRequest(sessionId: string, toolCall: ToolCallUpdate): RequestPermissionRequest {
  return {
    sessionId,
    toolCall,
    options: [
      { optionId: ALLOW, kind: 'allow_once', name: 'Allow' },
      { optionId: 'no', kind: 'reject_once', name: 'Do not' },
    ],
  }
}

async function takeTurn<State>(
  session: Session<State>,
  prompt: readonly ContentBlock[],
  take: TurnAgentOptions<State>['take'],
  client: Pick<StageOptions, 'send' | 'ask'>,
): Promise<TurnAnswer> {
  const turn = new AbortController()
  session.turn = turn
  session.turns += 1
  const stage = openStage({ cwd: session.cwd, signal: turn.signal, ...reportsOf(), ...client })
  try {
    const answer = await take({ state: session.state, number: session.turns, prompt, stage })
    return turn.signal.aborted ? { stopReason: 'cancelled' } : answer
  } catch (error) {
    if (turn.signal.aborted) return { stopReason: 'cancelled' }
    const reason = error instanceof Error ? error.message : String(error)
    throw new RequestError(INTERNAL_ERROR, reason, { reason })
  } finally {
    await stage.settled()
    session.turn = null
  }
}

/** JSON-RPC's code for an internal error. */
const INTERNAL_ERROR = -32_603
