/** JSON as it was received, not yet validated. */
export type Json = Record<string, unknown>

/** A tool as a request offers it, whatever the wire calls its parts. */
export interface OfferedTool {
  readonly name: string
  /** The namespace that groups it (OpenAI Responses only). */
  readonly namespace: string | null
  /** `free` takes one text instead of an object (OpenAI's custom tools). */
  readonly form: 'object' | 'free'
  readonly parameters: Json
}

/** One message of the conversation: the text parts alone, because the results of tools may quote a script. */
export interface Turn {
  readonly by: 'user' | 'assistant'
  readonly text: string
}

/** What a request asks, the same for all wires. */
export interface Ask {
  readonly model: string
  readonly stream: boolean
  /** OpenAI Chat alone leaves the usage out of a stream unless it is asked for. */
  readonly usageInStream: boolean
  /** Gemini alone streams a JSON array when server-sent events are not asked for. */
  readonly sse: boolean
  readonly tools: readonly OfferedTool[]
  readonly turns: readonly Turn[]
}

/** What the model answers: words in pieces, or one call of a tool. */
export type Reply =
  | { readonly kind: 'text'; readonly pieces: () => Iterable<string> }
  | { readonly kind: 'call'; readonly tool: OfferedTool; readonly input: Json | string }

/** Tokens of one call. `input` counts the whole prompt, including tokens read from and written to the cache. */
export interface ServedUsage {
  readonly input: number
  readonly output: number
  readonly cached: number
  readonly cacheWrite: number
}

/** One part of a stream; `every_ms` of the step is the pause between two deltas. */
export interface StreamPart {
  readonly event: string | null
  readonly data: Json | '[DONE]'
  readonly delta: boolean
}

/** One provider's way of speaking. */
export interface Wire {
  readonly name: 'anthropic' | 'openai-chat' | 'openai-responses' | 'gemini'
  readonly read: (body: Json, url: URL) => Ask
  readonly whole: (reply: Reply, usage: ServedUsage, ask: Ask, id: string) => Json
  readonly parts: (reply: Reply, usage: ServedUsage, ask: Ask, id: string) => Iterable<StreamPart>
  readonly error: (status: number, message: string) => Json
}

/** Returns the object, or an empty one for an invalid request. */
export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

/** The objects of a list; nothing when it is no list. */
export function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : []
}

/** The string, or an empty one. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The text of a message whose content is a string or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return objects(content)
    .map((part) => text(part['text']))
    .join('\n')
}

/** Splits a text into the two halves that a stream sends, so that no reader can rely on whole values. */
export function halves(whole: string): string[] {
  const middle = Math.ceil(whole.length / 2)
  return [whole.slice(0, middle), whole.slice(middle)].filter((half) => half !== '')
}
