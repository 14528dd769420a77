import type { Context } from 'hono'
import { formFieldOf } from '../contract/job.ts'
import { AppError } from '../lib/app-error.ts'
import type { NewDocument } from '../store/documents.ts'
import type { HttpLimits } from './http-limits.ts'

/** A document that was sent. */
export type ArrivingDocument = Omit<NewDocument, 'id'>

type FormLimits = Pick<HttpLimits, 'bodyBytes' | 'documents' | 'documentBytes'>

/** The fields of a body and the documents uploaded with it. */
export interface ArrivedForm {
  readonly fields: unknown
  readonly documents: readonly ArrivingDocument[]
}

/** Reads a JSON body as UTF-8, up to `limit` bytes; throws with the reason for anything else. */
export async function readJson(c: Context, limit: number): Promise<unknown> {
  const type = mediaType(c)
  if (type !== 'application/json')
    throw new AppError(
      'unsupported_media_type',
      `Send application/json, not ${type === '' ? 'a body without content type' : type}.`,
    )
  const bytes = await readBytes(c, limit)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new AppError('bad_encoding', 'The body is not valid UTF-8: send UTF-8 text.', { cause: error })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError(
      'bad_json',
      `The body is not valid JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}.`,
      { cause: error },
    )
  }
}

/** Like `readJson`, except that a request without a body counts as `{}`. */
export async function readOptionalJson(c: Context, limit: number): Promise<unknown> {
  const empty = mediaType(c) === '' && (c.req.raw.body === null || c.req.header('content-length') === '0')
  return empty ? {} : readJson(c, limit)
}

/** Reads a job's form, JSON or multipart. Documents that exceed their limits are an error, never dropped. */
export async function readForm(c: Context, limits: FormLimits): Promise<ArrivedForm> {
  if (mediaType(c) !== 'multipart/form-data')
    return { fields: await readJson(c, limits.bodyBytes), documents: [] }
  const bytes = await readBytes(c, limits.bodyBytes + limits.documents * limits.documentBytes)
  let form: FormData
  try {
    form = await new Response(Buffer.from(bytes), {
      headers: { 'content-type': c.req.header('content-type') ?? '' },
    }).formData()
  } catch (error) {
    throw new AppError(
      'bad_form',
      'The multipart form cannot be read: send it as a browser or curl -F does.',
      { cause: error },
    )
  }
  const fields: Record<string, unknown> = {}
  const documents: ArrivingDocument[] = []
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') fields[name] = field(name, value, fields[name])
    else if (name === 'documents') documents.push(await toDocument(value, limits))
    else throw new AppError('invalid_request', `unknown file field "${name}": send files as "documents"`)
  }
  if (documents.length > limits.documents)
    throw new AppError(
      'too_many_documents',
      `A job takes at most ${limits.documents} documents and ${documents.length} were sent.`,
    )
  return { fields, documents }
}

function field(name: string, value: string, before: unknown): unknown {
  const kind = formFieldOf(name)
  if (kind === 'list' && !value.startsWith('['))
    return [...(Array.isArray(before) ? (before as unknown[]) : []), value]
  if (kind === 'text') return value
  try {
    return JSON.parse(value)
  } catch (error) {
    throw new AppError('bad_json', `The field "${name}" is not valid JSON.`, { cause: error })
  }
}

async function toDocument(file: File, limits: FormLimits): Promise<ArrivingDocument> {
  if (file.size > limits.documentBytes)
    throw new AppError(
      'document_too_large',
      `The document "${file.name}" is larger than ${limits.documentBytes / 1_000_000} MB: shorten or split it.`,
    )
  const name = file.name.trim()
  if (name === '' || name.length > 255 || /[\p{Cc}/\\]/u.test(name))
    throw new AppError(
      'bad_document_name',
      'A document needs a file name without path or control characters.',
    )
  return {
    name,
    mediaType: file.type || 'application/octet-stream',
    content: new Uint8Array(await file.arrayBuffer()),
  }
}

function mediaType(c: Context): string {
  return (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Reads at most `limit` bytes; a longer body is rejected without reading the rest. */
async function readBytes(c: Context, limit: number): Promise<Uint8Array> {
  const tooLarge = (): AppError =>
    new AppError('too_large', `The body is larger than ${limit} bytes: shorten it, or attach documents.`)
  if (Number(c.req.header('content-length') ?? 0) > limit) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = c.req.raw.body?.getReader()
  for (;;) {
    const chunk: unknown = (await reader?.read())?.value
    if (!(chunk instanceof Uint8Array)) return Buffer.concat(chunks)
    size += chunk.byteLength
    if (size > limit) throw tooLarge()
    chunks.push(chunk)
  }
}
