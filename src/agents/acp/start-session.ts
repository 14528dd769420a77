import {
  methods,
  PROTOCOL_VERSION,
  RequestError,
  type ClientContext,
  type InitializeResponse,
  type LoadSessionResponse,
  type McpServer,
} from '@agentclientprotocol/sdk'
import type { SessionPreferences } from '../profile.ts'
import type { SessionOrigin } from '../session/session.ts'
import { SessionError } from '../session/session-error.ts'

export interface StartedSession {
  readonly sessionId: string
  readonly origin: SessionOrigin
  /** The settings that the agent offers. */
  readonly offer: LoadSessionResponse
  readonly agent: string | null
  /** Whether the agent accepts a title. */
  readonly takesTitle: boolean
}

export interface StartOptions {
  readonly cwd: string
  readonly preferences: SessionPreferences
  readonly mcpServers: readonly McpServer[]
  /** The id of an earlier session of this agent to continue; null starts a new one. */
  readonly resume: string | null
}

const AUTH_REQUIRED = -32_000

/** Initializes the connection and opens a session; authenticates when the profile names a method. */
export async function startSession(agent: ClientContext, start: StartOptions): Promise<StartedSession> {
  const offered = await agent.request(methods.agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    clientInfo: { name: 'slipway', version: '0' },
    clientCapabilities: {
      fs: {
        readTextFile: start.preferences.ownFiles !== true,
        writeTextFile: start.preferences.ownFiles !== true,
      },
      terminal: true,
      _meta: { terminal_output_delta: true },
    },
  })
  if (offered.protocolVersion !== PROTOCOL_VERSION)
    throw new SessionError(
      `The agent speaks version ${offered.protocolVersion} of the protocol, Slipway version ${PROTOCOL_VERSION}: install another version of it.`,
    )
  const info = offered.agentInfo
  const about = {
    agent: info === undefined || info === null ? null : `${info.name} ${info.version}`,
    // Not yet part of the stable protocol.
    takesTitle: 'title' in (offered.agentCapabilities?.sessionCapabilities ?? {}),
  }
  const continued = await continueSession(agent, start, offered)
  if (continued !== null) return { ...continued, ...about }
  const answer = await loggedIn(agent, start.preferences, offered, () =>
    agent.request(methods.agent.session.new, {
      cwd: start.cwd,
      mcpServers: serversFor(offered, start.mcpServers),
    }),
  )
  return { sessionId: answer.sessionId, origin: 'new', offer: answer, ...about }
}

/** Resuming is an optimisation: on any failure null is returned and the caller starts a new session. */
async function continueSession(
  agent: ClientContext,
  { cwd, resume, preferences, mcpServers }: StartOptions,
  offered: InitializeResponse,
): Promise<Pick<StartedSession, 'sessionId' | 'origin' | 'offer'> | null> {
  if (resume === null || preferences.brokenLoad === true) return null
  const request = { sessionId: resume, cwd, mcpServers: serversFor(offered, mcpServers) }
  const { loadSession = false, sessionCapabilities } = offered.agentCapabilities ?? {}
  try {
    if (sessionCapabilities?.resume)
      return {
        sessionId: resume,
        origin: 'resumed',
        offer: await agent.request(methods.agent.session.resume, request),
      }
    if (loadSession)
      return {
        sessionId: resume,
        origin: 'loaded',
        offer: await agent.request(methods.agent.session.load, request),
      }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
  }
  return null
}

async function loggedIn<T>(
  agent: ClientContext,
  preferences: SessionPreferences,
  offered: InitializeResponse,
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== AUTH_REQUIRED) throw error
    const authMethods = offered.authMethods ?? []
    const authMethod = authMethods.find((each) => each.id === preferences.authenticate)
    if (authMethod === undefined)
      throw needsLogIn(
        authMethods.map((each) => each.name),
        error,
      )
    await agent.request(methods.agent.authenticate, { methodId: authMethod.id })
    return open()
  }
}

function needsLogIn(authMethods: readonly string[], cause: unknown): SessionError {
  const offers = authMethods.length === 0 ? '' : ` It offers: ${authMethods.join(', ')}.`
  return new SessionError(
    `The agent requires a log-in. Log in with its own program on this machine, or give Slipway a key for its models.${offers}`,
    { cause },
  )
}

/** Returns the servers that the agent can reach; it works without the others. */
function serversFor(offered: InitializeResponse, servers: readonly McpServer[]): McpServer[] {
  const can = offered.agentCapabilities?.mcpCapabilities
  return servers.filter(
    (server) => !('type' in server) || (server.type === 'http' ? can?.http === true : can?.sse === true),
  )
}
