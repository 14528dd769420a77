/**
 * One request to the server. Every request has a deadline, an error response becomes an `ApiError` with the server's
 * message, and a response that does not match the contract is an error, never a half-parsed object.
 */
import { ErrorBody } from '../contract/server.ts'
import { ApiError } from './api-error.ts'

/** The part of a contract schema that is used here; structural, so that this room needs no schema library. */
export interface Schema<T> {
  parse(value: unknown): T
}

export interface Endpoint {
  /** Address of the server, without a trailing slash. */
  readonly url: string
  readonly token: string | null
  readonly fetch: typeof fetch
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly query?: Readonly<Record<string, string | number | undefined>>
  /** Sent as JSON. */
  readonly json?: unknown
  readonly form?: FormData
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** The time in ms until the head of the response must have arrived. Defaults to 30 s; 0 disables it. */
  readonly timeoutMs?: number
  /** Statuses besides 2xx whose body is a result and not an error. */
  readonly accept?: readonly number[]
}

const standardTimeoutMs = 30_000

/** Sends the request and parses the JSON response. Throws `ApiError`, or the signal's reason when it was aborted. */
export async function requestJson<T>(
  endpoint: Endpoint,
  path: string,
  schema: Schema<T>,
  options: RequestOptions = {},
): Promise<T> {
  const response = await send(endpoint, path, options)
  const body = await readJson(response, path, options.signal)
  try {
    return schema.parse(body)
  } catch (cause) {
    throw badAnswer(path, 'does not match the contract: client and server may have different versions', cause)
  }
}

/** Sends the request and discards the response body. */
export async function requestNothing(
  endpoint: Endpoint,
  path: string,
  options: RequestOptions = {},
): Promise<void> {
  const response = await send(endpoint, path, options)
  await response.body?.cancel()
}

/** Sends the request and returns the response with its body unread. */
export async function send(endpoint: Endpoint, path: string, options: RequestOptions): Promise<Response> {
  const deadline = new AbortController()
  const timeoutMs = options.timeoutMs ?? standardTimeoutMs
  const timer = timeoutMs > 0 ? setTimeout(() => deadline.abort(), timeoutMs) : undefined
  const signals = options.signal === undefined ? [deadline.signal] : [deadline.signal, options.signal]
  try {
    const method = options.method ?? 'GET'
    const ask = (): Promise<Response> =>
      endpoint.fetch(address(endpoint, path, options.query), {
        method,
        headers: headersOf(endpoint, options),
        signal: AbortSignal.any(signals),
        redirect: 'error',
        ...bodyOf(options),
      })
    const response = await ask().catch((error: unknown) => {
      if (method === 'GET' && wasReset(error)) return ask()
      throw error
    })
    if (response.ok || options.accept?.includes(response.status)) return response
    throw await refusal(response)
  } catch (error) {
    if (error instanceof ApiError) throw error
    options.signal?.throwIfAborted()
    if (deadline.signal.aborted) {
      throw new ApiError(
        0,
        'timeout',
        `the server at ${endpoint.url} did not answer within ${timeoutMs / 1000} s`,
        { cause: error },
      )
    }
    throw unreachable(endpoint.url, error)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Whether a kept-alive connection was closed by the server just as it was reused. Safe requests are retried once (RFC 9110,
 * section 9.2.2).
 */
function wasReset(error: unknown): boolean {
  return ['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE'].includes(codeOf(error))
}

/** Returns the error for a connection that could not be made, or broke. */
export function unreachable(url: string, cause: unknown): ApiError {
  return new ApiError(0, 'unreachable', `no connection to the server at ${url}${because(cause)}`, { cause })
}

function because(error: unknown): string {
  const code = codeOf(error)
  return code === '' ? '' : ` (${code})`
}

/** Returns the code of a connection error, or its message when it has none. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const inner = error.cause instanceof Error ? error.cause : error
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.message
}

function address(endpoint: Endpoint, path: string, query: RequestOptions['query']): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {}))
    if (value !== undefined) params.set(key, String(value))
  const search = params.toString()
  return `${endpoint.url}${path}${search === '' ? '' : `?${search}`}`
}

function headersOf(endpoint: Endpoint, options: RequestOptions): Record<string, string> {
  return {
    accept: 'application/json',
    ...(endpoint.token === null ? {} : { authorization: `Bearer ${endpoint.token}` }),
    ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
    ...options.headers,
  }
}

function bodyOf(options: RequestOptions): { body?: string | FormData } {
  if (options.form !== undefined) return { body: options.form }
  return options.json === undefined ? {} : { body: JSON.stringify(options.json) }
}

async function readJson(response: Response, path: string, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    const body: unknown = await response.json()
    return body
  } catch (cause) {
    signal?.throwIfAborted()
    throw badAnswer(path, 'is not JSON', cause)
  }
}

function badAnswer(path: string, problem: string, cause: unknown): ApiError {
  return new ApiError(0, 'bad_answer', `the server's answer to ${path} ${problem}`, { cause })
}

async function refusal(response: Response): Promise<ApiError> {
  const text = await response.text()
  let body: unknown = null
  try {
    body = JSON.parse(text)
  } catch (cause) {
    return new ApiError(
      response.status,
      'bad_answer',
      `the server answered ${response.status} without saying why`,
      { cause },
    )
  }
  const parsed = ErrorBody.safeParse(body)
  if (!parsed.success)
    return new ApiError(
      response.status,
      'bad_answer',
      `the server answered ${response.status} without saying why`,
    )
  return new ApiError(response.status, parsed.data.code, parsed.data.error, {
    issues: parsed.data.issues ?? [],
  })
}
