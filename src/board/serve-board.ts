import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BoardActions } from './actions.ts'
import { answerMessage, mcpVersions } from './answer-message.ts'

/** The maximum request size in bytes: requests to the board are short. */
const REQUEST_BYTES = 100_000
/** The maximum number of messages in one request: version 2025-03-26 lets a client batch several. */
const BATCH = 20

type Find = (token: string) => BoardActions | null

/**
 * Handles one request of MCP's "streamable HTTP". Every response is one JSON body: the board sends no messages on its own,
 * so there are no streams and no sessions.
 */
export async function serveBoard(
  request: IncomingMessage,
  response: ServerResponse,
  find: Find,
): Promise<void> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const actions = token === undefined ? null : find(token)
  const refusal = actions === null ? refusals.token : refusalOf(request)
  if (actions === null || refusal !== null) return refuse(response, refusal ?? refusals.token)
  const body = await readBody(request)
  if (body === null) return refuse(response, refusals.tooLarge)
  const messages = parsed(body)
  if (messages === undefined) return refuse(response, refusals.notJson)
  if (!Array.isArray(messages)) return answer(response, await answerMessage(messages, actions))
  if (messages.length > BATCH) return refuse(response, refusals.tooLarge)
  const answers: object[] = []
  for (const message of messages) {
    const one = await answerMessage(message, actions)
    if (one !== null) answers.push(one)
  }
  return answer(response, answers.length === 0 ? null : answers)
}

interface Refusal {
  readonly status: number
  readonly message: string
}

const refusals = {
  token: {
    status: 401,
    message: 'This token opens nothing: it is not the one of an attempt that is running.',
  },
  browser: { status: 403, message: 'The board is for agents, not for pages in a browser.' },
  method: {
    status: 405,
    message: 'Send a message with POST: there is no stream to follow and no session to end.',
  },
  version: { status: 400, message: `The board speaks MCP ${mcpVersions.join(' and ')}.` },
  notJson: { status: 400, message: 'This is no JSON.' },
  tooLarge: { status: 413, message: 'The request is larger than any call of the board needs.' },
} as const satisfies Readonly<Record<string, Refusal>>

function refusalOf({ method, headers }: IncomingMessage): Refusal | null {
  if (headers.origin !== undefined) return refusals.browser
  if (method !== 'POST') return refusals.method
  const version = headers['mcp-protocol-version']
  if (typeof version === 'string' && !mcpVersions.includes(version)) return refusals.version
  return null
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > REQUEST_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text)
    return json
  } catch {
    return undefined
  }
}

function answer(response: ServerResponse, body: object | null): void {
  if (body === null) {
    response.writeHead(202).end()
    return
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function refuse(response: ServerResponse, { status, message }: Refusal): void {
  if (response.destroyed) return
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(status === 405 ? { allow: 'POST' } : {}),
    // The unread rest of a request must not be parsed as the next one.
    connection: 'close',
  })
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } }))
}
