import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Route } from './route.ts'
import { skimJson, withField } from './skim-json.ts'

/** The most bytes that a request may turn out to have; null when it says itself that these are more than `limit`. */
export function announcedBytes({ headers }: IncomingMessage, limit: number): number | null {
  // What comes in pieces says nothing; what is compressed is as large as it may be when it is unpacked.
  const isTold = headers['content-length'] !== undefined && headers['content-encoding'] === undefined
  const bytes = Number(headers['content-length'] ?? 0)
  if (bytes > limit) return null
  return isTold || (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)
    ? bytes
    : limit
}

/** The whole body of a request; null when it is longer than `limit`. */
export async function readRequest(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  const told = request.headers['content-length']
  if (told !== undefined) return readTold(request, Number(told))
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A body whose length is known takes no more room than that, also while it comes. */
async function readTold(request: IncomingMessage, length: number): Promise<Buffer> {
  const body = Buffer.allocUnsafeSlow(length)
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) size += chunk.copy(body, size)
  return body.subarray(0, size)
}

/** What a request asks for, and the body that is sent on. */
export interface AskedCall {
  readonly model: string
  /** The most tokens that may be written; null when the request sets no limit. */
  readonly maxOutput: number | null
  /** Bytes of what is read by the model. */
  readonly size: number
  readonly body: Buffer
  /** Whether `body` is as the agent sent it, compressed or not. */
  readonly isUnchanged: boolean
}

/**
 * Looks into a request. One thing may be changed: a Chat Completions stream is asked to tell its usage in the end, because
 * without that it tells none. Whatever cannot be read is sent on as it is: the provider will say what is wrong with it.
 */
export async function lookInto(
  route: Route,
  headers: IncomingHttpHeaders,
  body: Buffer,
  limit: number,
): Promise<AskedCall> {
  const text = await decoded(headers['content-encoding'], body, limit)
  const { json, set } = text === null ? nothing : readObject(text)
  const size = text?.length ?? body.length
  const call = { model: route.model ?? word(json, 'model') ?? '', maxOutput: maxOutputOf(json), size }
  if (route.kind === 'chat' && json?.['stream'] === true) {
    const options = json['stream_options']
    const told = isObject(options) ? options : {}
    if (told['include_usage'] !== true) {
      const changed = set('stream_options', { ...told, include_usage: true })
      return { ...call, body: changed, isUnchanged: false }
    }
  }
  return { ...call, body, isUnchanged: true }
}

/** A longer request is skimmed: made whole it would take many times its room. */
const SKIMMED_BYTES = 1_000_000

/** The fields that are looked at, null where there is no object; and the same request with one of them set. */
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

function word(json: Record<string, unknown> | null, key: string): string | null {
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
