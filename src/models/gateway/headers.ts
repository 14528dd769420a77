import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { Wire } from '../../contract/provider.ts'

/** Headers that apply to one connection, or are set again for the next. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'expect',
])

/** The headers in which agents send their token, on any wire. */
const keyHeaders = ['x-api-key', 'x-goog-api-key', 'api-key', 'authorization'] as const

/** Returns all values of a request that may be its token, because some agents fill more than one header. */
export function tokensIn(headers: IncomingHttpHeaders, search: URLSearchParams): string[] {
  return [...keyHeaders.map((name) => headers[name]), search.get('key')]
    .filter((value) => typeof value === 'string')
    .map((value) => value.replace(/^Bearer\s+/i, ''))
}

/** The way a provider expects its key. */
export interface KeyHeader {
  readonly wire: Wire
  readonly header: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly key: string | null
}

const wireHeaders: Readonly<Record<Wire, string>> = {
  anthropic: 'x-api-key',
  openai: 'authorization',
  gemini: 'x-goog-api-key',
}

/**
 * Returns the headers sent to the provider: those of the agent without its token, hop-by-hop headers and cookies; with the
 * real key.
 */
export function requestHeaders(
  from: IncomingHttpHeaders,
  provider: KeyHeader,
  bytes: number,
): OutgoingHttpHeaders {
  const sent: OutgoingHttpHeaders = {}
  const dropped = connectionNames(from)
  for (const [name, value] of Object.entries(from)) {
    if (hopByHop.has(name) || dropped.has(name) || isKeyHeader(name) || name === 'cookie') continue
    sent[name] = value
  }
  // Uncompressed, because the usage is read from the response as it passes.
  sent['accept-encoding'] = 'identity'
  if (bytes > 0) sent['content-length'] = bytes
  for (const [name, value] of Object.entries(provider.headers)) sent[name.toLowerCase()] = value
  const header = (provider.header ?? wireHeaders[provider.wire]).toLowerCase()
  if (provider.key !== null)
    sent[header] = header === 'authorization' ? `Bearer ${provider.key}` : provider.key
  return sent
}

/** Returns the headers sent to the agent: those of the provider without hop-by-hop headers and cookies. */
export function responseHeaders(from: IncomingHttpHeaders): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = {}
  const dropped = connectionNames(from)
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined) continue
    if (name === 'content-length' || (!hopByHop.has(name) && !dropped.has(name) && name !== 'set-cookie'))
      kept[name] = value
  }
  return kept
}

function isKeyHeader(name: string): boolean {
  return keyHeaders.some((header) => header === name)
}

function connectionNames(headers: IncomingHttpHeaders): Set<string> {
  return new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
}
