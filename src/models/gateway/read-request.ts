import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Route } from '../route.ts'
import { skimJson, withField } from './skim-json.ts'

/** Returns the maximum bytes that a request may need; null when its declared length is more than `limit`. */
export function announcedBytes({ headers }: IncomingMessage, limit: number): number | null {
  // A chunked body declares no length; a compressed one may need the maximum when it is decompressed.
  const isDeclared = headers['content-length'] !== undefined && headers['content-encoding'] === undefined
  const bytes = Number(headers['content-length'] ?? 0)
  if (bytes > limit) return null
  return isDeclared || (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)
    ? bytes
    : limit
}

/** Reads the whole body of a request; null when it is longer than `limit`. */
export async function readRequest(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  const declared = request.headers['content-length']
  if (declared !== undefined) return readDeclared(request, Number(declared))
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Reads a body of known length without ever using more memory than that. */
async function readDeclared(request: IncomingMessage, length: number): Promise<Buffer> {
  const body = Buffer.allocUnsafeSlow(length)
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) size += chunk.copy(body, size)
  return body.subarray(0, size)
}

/** The content of a request, and the body to send. */
export interface CallContent {
  readonly model: string
  /** The maximum number of output tokens; null when the request sets no limit. */
  readonly maxOutput: number | null
  /** Bytes of the decompressed body, which the model reads. */
  readonly size: number
  readonly body: Buffer
  /** Whether `body` is as the agent sent it, compressed or not. */
  readonly isUnchanged: boolean
}

/**
 * Inspects a request. It makes at most one change: a Chat Completions stream is asked to report its usage at the end,
 * because otherwise it reports none. A body that cannot be read is sent unchanged: the provider will report the problem.
 */
export async function inspectRequest(
  route: Route,
  headers: IncomingHttpHeaders,
  body: Buffer,
  limit: number,
): Promise<CallContent> {
  const text = await decoded(headers['content-encoding'], body, limit)
  const { json, set } = text === null ? nothing : readObject(text)
  const size = text?.length ?? body.length
  const call = { model: route.model ?? textField(json, 'model') ?? '', maxOutput: maxOutputOf(json), size }
  if (route.kind === 'chat' && json?.['stream'] === true) {
    const options = json['stream_options']
    const streamOptions = isObject(options) ? options : {}
    if (streamOptions['include_usage'] !== true) {
      const changed = set('stream_options', { ...streamOptions, include_usage: true })
      return { ...call, body: changed, isUnchanged: false }
    }
  }
  return { ...call, body, isUnchanged: true }
}

/** Longer requests are skimmed, because parsing them completely would take many times their size. */
const SKIMMED_BYTES = 1_000_000

/** The parsed fields, null when the body is not an object; and a function that returns the request with one field set. */
interface ReadObject {
  readonly json: Record<string, unknown> | null
  readonly set: (name: string, value: unknown) => Buffer
}

const nothing: ReadObject = { json: null, set: () => Buffer.alloc(0) }

function readObject(text: Buffer): ReadObject {
  if (text.length > SKIMMED_BYTES) {
    const skimmed = skimJson(text)
    if (skimmed === null) return nothing
    return { json: skimmed.fields, set: (name, value) => withField(text, skimmed, name, value) }
  }
  const json = parse(text)
  return { json, set: (name, value) => Buffer.from(JSON.stringify({ ...json, [name]: value })) }
}

const decoders: Readonly<
  Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(zlib.gunzip),
  deflate: promisify(zlib.inflate),
  br: promisify(zlib.brotliDecompress),
  zstd: promisify(zlib.zstdDecompress),
}

async function decoded(encoding: string | undefined, body: Buffer, limit: number): Promise<Buffer | null> {
  if (encoding === undefined || encoding === 'identity') return body
  try {
    return (await decoders[encoding]?.(body, { maxOutputLength: limit })) ?? null
  } catch {
    return null
  }
}

function maxOutputOf(json: Record<string, unknown> | null): number | null {
  const config = json?.['generationConfig']
  const named = [
    json?.['max_tokens'],
    json?.['max_completion_tokens'],
    json?.['max_output_tokens'],
    isObject(config) ? config['maxOutputTokens'] : undefined,
  ]
  return named.find((value) => typeof value === 'number') ?? null
}

function textField(json: Record<string, unknown> | null, key: string): string | null {
  const value = json?.[key]
  return typeof value === 'string' ? value.slice(0, 200) : null
}

function parse(text: Buffer): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text.toString('utf8'))
    return isObject(json) ? json : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
