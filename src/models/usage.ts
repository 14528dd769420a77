import type { Route } from './route.ts'

/** The usage of one call, in tokens. `input` counts all tokens read, of which `cached` and `cacheWrite` are parts. */
export interface CallUsage {
  readonly input: number
  readonly cached: number
  readonly cacheWrite: number
  readonly output: number
  /** Part of `output`. */
  readonly reasoning: number
}

/** The usage reported by a response, or by one event of it; later events override earlier ones field by field. */
export type ReportedUsage = Partial<
  Record<'uncached' | 'cached' | 'cacheWrite' | 'output' | 'reasoning', number>
>

export function totalOf(reported: ReportedUsage): CallUsage {
  const { uncached = 0, cached = 0, cacheWrite = 0, output = 0, reasoning = 0 } = reported
  return { input: uncached + cached + cacheWrite, cached, cacheWrite, output, reasoning }
}

/** Returns the usage in a response of a route, or in one event of it; null when it has none. */
export function usageIn(kind: Route['kind'], json: unknown): ReportedUsage | null {
  switch (kind) {
    case 'messages':
      return anthropic(at(json, 'usage') ?? at(at(json, 'message'), 'usage'))
    case 'chat':
      return openai(at(json, 'usage'), 'prompt_tokens', 'completion_tokens')
    case 'responses':
      return openai(at(at(json, 'response'), 'usage') ?? at(json, 'usage'), 'input_tokens', 'output_tokens')
    case 'embed':
      return (
        openai(at(json, 'usage'), 'prompt_tokens', 'completion_tokens') ?? gemini(at(json, 'usageMetadata'))
      )
    case 'generate':
      return gemini(at(json, 'usageMetadata'))
    case 'count':
    case 'models':
      return null
  }
}

function anthropic(usage: unknown): ReportedUsage | null {
  return withoutNulls({
    uncached: number(usage, 'input_tokens'),
    cached: number(usage, 'cache_read_input_tokens'),
    cacheWrite: number(usage, 'cache_creation_input_tokens'),
    output: number(usage, 'output_tokens'),
  })
}

function openai(usage: unknown, input: string, output: string): ReportedUsage | null {
  const read = number(usage, input)
  if (read === null) return null
  const cached = number(at(usage, `${input}_details`), 'cached_tokens') ?? 0
  return withoutNulls({
    uncached: Math.max(0, read - cached),
    cached,
    output: number(usage, output),
    reasoning: number(at(usage, `${output}_details`), 'reasoning_tokens'),
  })
}

/** Thinking tokens are billed as output, and so are counted with it. */
function gemini(usage: unknown): ReportedUsage | null {
  const read = number(usage, 'promptTokenCount')
  if (read === null) return null
  const cached = number(usage, 'cachedContentTokenCount') ?? 0
  const thought = number(usage, 'thoughtsTokenCount') ?? 0
  return withoutNulls({
    uncached: Math.max(0, read + (number(usage, 'toolUsePromptTokenCount') ?? 0) - cached),
    cached,
    output: (number(usage, 'candidatesTokenCount') ?? 0) + thought,
    reasoning: thought,
  })
}

/** Returns the fields without the null ones; null when none are left. */
function withoutNulls(fields: Record<string, number | null>): ReportedUsage | null {
  const entries = Object.entries(fields).filter(([, value]) => value !== null)
  return entries.length === 0 ? null : Object.fromEntries(entries)
}

function at(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([name]) => name === key)?.[1]
}

function number(value: unknown, key: string): number | null {
  const found = at(value, key)
  return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? Math.round(found) : null
}
