import path from 'node:path'
import { randomUUID } from 'node:crypto'
import {
  agent,
  methods,
  PROTOCOL_VERSION,
  RequestError,
  type AgentApp,
  type PromptRequest,
  type SessionUpdate,
} from '@agentclientprotocol/sdk'
import { MESSAGE_OPENING, type TaskBrief } from '../../contract/brief.ts'
import { playDeveloper, type Body } from './play-developer.ts'
import { playArchitect, playProductOwner } from './play-planner.ts'
import { playReviewer } from './play-reviewer.ts'
import { promptText, readBrief } from './read-brief.ts'
import { openStage, type Stage } from './stage.ts'

/**
 * The offline demo as an ACP agent: sessions, one turn at a time in each, and a cancel that answers the open prompt
 * with `cancelled` once its child processes are gone.
 */
export interface OfflineAgent {
  readonly app: AgentApp
  /** Stops every turn, deaf ones too, and with them their child processes. */
  readonly stop: () => void
  /** Whether the fault `hang` has made the agent deaf. */
  readonly isDeaf: () => boolean
}

/** The answer to whoever asks without a task. */
const INTRODUCTION =
  'I am the offline demo of Slipway. No model is behind me: given a task by Slipway, I build a small project from a blueprint. There is no task here, so I have touched nothing.'

interface Session {
  readonly cwd: string
  turns: number
  turn: AbortController | null
}

export function openOfflineAgent(crash: (exitCode: number) => never): OfflineAgent {
  const sessions = new Map<string, Session>()
  let deaf = false
  const body: Body = {
    crash,
    goDeaf: () => {
      deaf = true
    },
  }
  const app = agent({ name: 'slipway-offline-demo' })
    .onRequest(methods.agent.initialize, () => ({
      protocolVersion: PROTOCOL_VERSION,
      agentInfo: { name: 'slipway-offline-demo', title: 'Offline demo', version: '1' },
      agentCapabilities: { loadSession: false },
      authMethods: [],
    }))
    .onRequest(methods.agent.session.new, ({ params }) => {
      if (!path.isAbsolute(params.cwd)) throw RequestError.invalidParams({ cwd: 'must be an absolute path' })
      const sessionId = randomUUID()
      sessions.set(sessionId, { cwd: params.cwd, turns: 0, turn: null })
      return { sessionId }
    })
    .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
      const session = sessions.get(params.sessionId)
      if (session === undefined) throw RequestError.invalidParams({ sessionId: 'no such session' })
      if (session.turn !== null)
        throw RequestError.invalidRequest({ sessionId: 'a turn is already going on' })
      const send = (update: SessionUpdate): Promise<void> =>
        client.notify(methods.client.session.update, { sessionId: params.sessionId, update })
      return { stopReason: await takeTurn(session, params, send, body) }
    })
    .onNotification(methods.agent.session.cancel, ({ params }) => {
      if (!deaf) sessions.get(params.sessionId)?.turn?.abort(new Error('cancelled'))
    })
  return {
    app,
    isDeaf: () => deaf,
    stop: () => {
      for (const session of sessions.values()) session.turn?.abort(new Error('the agent is stopping'))
    },
  }
}

async function takeTurn(
  session: Session,
  params: PromptRequest,
  send: (update: SessionUpdate) => Promise<void>,
  body: Body,
): Promise<'end_turn' | 'cancelled'> {
  const turn = new AbortController()
  session.turn = turn
  session.turns += 1
  try {
    const stage = openStage(session.cwd, turn.signal, send)
    const said = promptText(params.prompt)
    const isMessage = session.turns > 1 && said.startsWith(MESSAGE_OPENING)
    const brief = isMessage ? null : await readBrief(stage, params.prompt)
    if (isMessage) await hear(stage, said)
    else if (brief === null) await stage.say(INTRODUCTION)
    else await play(stage, brief, session.turns, body)
    return turn.signal.aborted ? 'cancelled' : 'end_turn'
  } catch (error) {
    if (turn.signal.aborted) return 'cancelled'
    throw RequestError.internalError({ reason: error instanceof Error ? error.message : String(error) })
  } finally {
    session.turn = null
  }
}

/** A person spoke while the agent worked. There is nobody here who could understand it, and that is the answer. */
async function hear(stage: Stage, said: string): Promise<void> {
  const words = said.slice(MESSAGE_OPENING.length).trim()
  await stage.say(
    `I was told: ${words}\n\nNo model is involved here, so I can only take note of it: what I have written stays as it is.`,
  )
}

async function play(stage: Stage, brief: TaskBrief, turn: number, body: Body): Promise<void> {
  switch (brief.role) {
    case 'product_owner':
      return playProductOwner(stage, brief)
    case 'architect':
      return playArchitect(stage, brief, turn)
    case 'reviewer':
      return playReviewer(stage, brief)
    case 'developer':
    case 'tester':
      return playDeveloper(stage, brief, body)
  }
}
