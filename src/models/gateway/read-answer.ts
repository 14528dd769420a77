import { judgeRefusal } from './judge-refusal.ts'
import { statusNamed, type Fault } from '../fault.ts'
import type { Route } from '../route.ts'
import { totalOf, usageIn, type CallUsage, type ReportedUsage } from '../usage.ts'

/** Reads a response as it passes: its usage, and whether it was complete. Buffers no more than one event of a stream. */
export interface AnswerReader {
  add(chunk: Buffer): void
  /** `complete`: whether the provider ended the response itself. */
  end(complete: boolean): ReadAnswer
}

export interface ReadAnswer {
  readonly usage: CallUsage | null
  readonly fault: Fault | null
  readonly bytes: number
}

/** The maximum bytes inspected of a non-streamed response, or of one event of a stream. */
const KEPT_BYTES = 16_000_000

export function openAnswerReader(kind: Route['kind'], contentType: string): AnswerReader {
  return /^text\/event-stream/i.test(contentType) ? readStream(kind) : readWhole(kind)
}

function readWhole(kind: Route['kind']): AnswerReader {
  const chunks: Buffer[] = []
  let bytes = 0
  return {
    add(chunk) {
      bytes += chunk.length
      if (bytes <= KEPT_BYTES) chunks.push(chunk)
    },
    end(complete) {
      if (bytes > KEPT_BYTES) return { usage: null, fault: complete ? null : cut, bytes }
      const json = parse(Buffer.concat(chunks).toString('latin1'))
      if (!complete) return { usage: null, fault: cut, bytes }
      if (json === undefined) return { usage: null, fault: malformed('its answer is not JSON'), bytes }
      // Gemini's stream without SSE is a JSON list that arrives in pieces.
      const parts: unknown[] = Array.isArray(json) ? json : [json]
      const reported = parts.map((part) => usageIn(kind, part)).filter((part) => part !== null)
      return {
        usage: reported.length === 0 ? null : totalOf(reported.reduce((all, part) => ({ ...all, ...part }))),
        fault: null,
        bytes,
      }
    },
  }
}

/** The end marker of each kind of stream. Quotes within a text are escaped, so no text matches. */
const ends: Readonly<Partial<Record<Route['kind'], RegExp>>> = {
  messages: /"message_stop"/,
  chat: /"finish_reason":\s*"/,
  responses: /"response\.(?:completed|incomplete|failed)"/,
  generate: /"finishReason":\s*"/,
}

function readStream(kind: Route['kind']): AnswerReader {
  const endMarker = ends[kind]
  let reported: ReportedUsage | null = null
  let fault: Fault | null = null
  let ended = false
  let rest = ''
  let bytes = 0
  const line = (text: string): void => {
    if (!text.startsWith('data:')) return
    const data = text.slice('data:'.length).trim()
    if (data === '[DONE]') {
      ended = true
      return
    }
    if (data === '') return
    if (endMarker?.test(data) === true) ended = true
    if (!data.endsWith('}')) fault ??= malformed('an event of its stream is not JSON')
    // Most events are pieces of text: only those that may contain more are parsed.
    else if (/"usage|"error"|"response\.failed"/.test(data)) {
      const json = parse(data)
      if (json === undefined) fault ??= malformed('an event of its stream is not JSON')
      else {
        const more = usageIn(kind, json)
        if (more !== null) reported = { ...reported, ...more }
        fault ??= faultIn(json)
      }
    }
  }
  return {
    add(chunk) {
      bytes += chunk.length
      // As latin1: every marker is ASCII, and no multi-byte character can be split.
      const lines = (rest + chunk.toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > KEPT_BYTES) rest = ''
      for (const text of lines) line(text)
    },
    end(complete) {
      if (rest !== '') line(rest)
      const usage = reported === null ? null : totalOf(reported)
      const broken = fault ?? (complete && ended ? null : cut)
      return { usage, fault: broken, bytes }
    },
  }
}

const cut: Fault = { kind: 'cut', message: 'its answer ended in the middle' }

function malformed(message: string): Fault {
  return { kind: 'malformed', message }
}

/** Returns the error in a stream event, which can follow a response with status 200. */
function faultIn(json: unknown): Fault | null {
  const error = errorIn(json)
  if (error === null) return null
  const { type, code, status, message } = error
  const label = [type, code, status].filter((part) => typeof part === 'string').join(' ')
  const number = typeof code === 'number' && code >= 400 ? code : statusNamed(label)
  if (number === null) return null
  const detail = typeof message === 'string' ? message.slice(0, 300) : label
  const cure = judgeRefusal(number, `${label} ${detail}`)
  if (cure === 'request') return null
  const reason = `it broke its answer off with ${number} (${detail})`
  return { kind: 'status', status: number, message: reason, cure, retryAfterMs: null }
}

function errorIn(json: unknown): Record<string, unknown> | null {
  if (!isObject(json)) return null
  if (isObject(json['error'])) return json['error']
  if (json['type'] === 'error') return json
  return isObject(json['response']) && isObject(json['response']['error']) ? json['response']['error'] : null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
