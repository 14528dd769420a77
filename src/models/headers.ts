import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { Wire } from '../contract/provider.ts'

/** Headers that concern one connection, or are set anew for the next. */
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

/** Where agents show their token, whatever their wire. */
const keyHeaders = ['x-api-key', 'x-goog-api-key', 'api-key', 'authorization'] as const

/** Whatever a request shows that may be its token: some agents fill more than one header. */
export function tokensIn(headers: IncomingHttpHeaders, search: URLSearchParams): string[] {
  return [...keyHeaders.map((name) => headers[name]), search.get('key')]
    .filter((value) => typeof value === 'string')
    .map((value) => value.replace(/^Bearer\s+/i, ''))
}

/** How a provider wants to be shown its key. */
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

/** What is sent on: all that the agent said but its token, the connection's own and cookies; with the real key. */
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
  // The usage is read from the answer as it passes.
  sent['accept-encoding'] = 'identity'
  if (bytes > 0) sent['content-length'] = bytes
  for (const [name, value] of Object.entries(provider.headers)) sent[name.toLowerCase()] = value
  const header = (provider.header ?? wireHeaders[provider.wire]).toLowerCase()
  if (provider.key !== null)
    sent[header] = header === 'authorization' ? `Bearer ${provider.key}` : provider.key
  return sent
}

/** What an agent is told: all that the provider said but the connection's own and cookies. */
export function responseHeaders(from: IncomingHttpHeaders): OutgoingHttpHeaders {
  const told: OutgoingHttpHeaders = {}
  const dropped = connectionNames(from)
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined) continue
    if (name === 'content-length' || (!hopByHop.has(name) && !dropped.has(name) && name !== 'set-cookie'))
      told[name] = value
  }
  return told
}

function isKeyHeader(name: string): boolean {
  return keyHeaders.some((header) => header === name)
}

function connectionNames(headers: IncomingHttpHeaders): Set<string> {
  return new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
}
