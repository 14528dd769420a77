import { AppError } from '../lib/app-error.ts'
import type { BoardActions } from './actions.ts'
import { boardTools } from './tools.ts'

/** The supported versions of MCP, newest first. */
export const mcpVersions: readonly string[] = ['2025-06-18', '2025-03-26']

/** Standard JSON-RPC error codes. */
const INVALID_REQUEST = -32_600
const NO_METHOD = -32_601
const INVALID_PARAMS = -32_602

type Json = Readonly<Record<string, unknown>>

/** Handles one MCP message; returns null for notifications and responses, which need no reply. */
export async function answerMessage(message: unknown, actions: BoardActions): Promise<object | null> {
  if (!isObject(message) || message['jsonrpc'] !== '2.0') return failure(null, notARequest)
  const { id, method, params } = message
  if (typeof method !== 'string')
    return 'id' in message && !isAnswer(message) ? failure(id, notARequest) : null
  if (id === undefined) return null
  const outcome = await answerRequest(method, isObject(params) ? params : {}, actions)
  return 'error' in outcome ? failure(id, outcome.error) : { jsonrpc: '2.0', id, result: outcome.result }
}

interface RpcError {
  readonly code: number
  readonly message: string
}

const notARequest: RpcError = { code: INVALID_REQUEST, message: 'This is no request of JSON-RPC 2.0.' }

type Outcome = { readonly result: object } | { readonly error: RpcError }

async function answerRequest(method: string, params: Json, actions: BoardActions): Promise<Outcome> {
  switch (method) {
    case 'initialize':
      return { result: introduction(params['protocolVersion']) }
    case 'ping':
      return { result: {} }
    case 'tools/list':
      return { result: { tools: boardTools.map((tool) => tool.definition) } }
    case 'tools/call':
      return callTool(params, actions)
    default:
      return { error: { code: NO_METHOD, message: `The board has tools and no "${method}".` } }
  }
}

function introduction(requested: unknown): object {
  const version = mcpVersions.find((each) => each === requested) ?? mcpVersions[0]
  return {
    protocolVersion: version,
    capabilities: { tools: { listChanged: false } },
    serverInfo: { name: 'slipway', title: 'The board of this job', version: '1' },
  }
}

/** Reports invalid arguments in the result of the call, so that the model can read and correct them. */
async function callTool({ name, arguments: input }: Json, actions: BoardActions): Promise<Outcome> {
  const tool = boardTools.find((each) => each.definition.name === name)
  if (tool === undefined) {
    const known = boardTools.map((each) => each.definition.name).join(', ')
    return {
      error: { code: INVALID_PARAMS, message: `There is no tool "${String(name)}": there are ${known}.` },
    }
  }
  try {
    const { text, isError } = await tool.run(actions, input ?? {})
    return { result: { content: [{ type: 'text', text }], isError } }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { result: { content: [{ type: 'text', text: error.message }], isError: true } }
  }
}

function failure(id: unknown, error: RpcError): object {
  return { jsonrpc: '2.0', id: id ?? null, error }
}

function isAnswer(message: Json): boolean {
  return 'result' in message || 'error' in message
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
