import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Route } from './route.ts'

/** The whole body of a request; null when it is longer than `limit`. */
export async function readRequest(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return null
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
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
  const json = text === null ? null : parse(text)
  const size = text?.length ?? body.length
  const call = { model: route.model ?? word(json, 'model') ?? '', maxOutput: maxOutputOf(json), size }
  if (route.kind === 'chat' && json?.['stream'] === true) {
    const options = json['stream_options']
    const told = isObject(options) ? options : {}
    if (told['include_usage'] !== true) {
      const changed = { ...json, stream_options: { ...told, include_usage: true } }
      return { ...call, body: Buffer.from(JSON.stringify(changed)), isUnchanged: false }
    }
  }
  return { ...call, body, isUnchanged: true }
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
