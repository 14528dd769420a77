import type { Wire } from '../contract/provider.ts'

/** A request that agents may send to a provider; everything else is not forwarded. */
export interface Route {
  readonly wire: Wire
  readonly kind: 'messages' | 'chat' | 'responses' | 'generate' | 'embed' | 'count' | 'models'
  /** The path below the provider's base address. */
  readonly path: string
  /** The model, for wires that have it in the path. */
  readonly model: string | null
}

interface Pattern {
  readonly wire: Wire
  readonly method: 'GET' | 'POST'
  readonly kind: Route['kind']
  readonly path: RegExp
}

const model = String.raw`\w[\w.:@-]*(?:(?:%2F|/)\w[\w.:@-]*)*`

const patterns: readonly Pattern[] = [
  { wire: 'anthropic', method: 'POST', kind: 'messages', path: /^\/anthropic(\/v1\/messages)$/ },
  { wire: 'anthropic', method: 'POST', kind: 'count', path: /^\/anthropic(\/v1\/messages\/count_tokens)$/ },
  { wire: 'anthropic', method: 'GET', kind: 'models', path: exact(`/anthropic(/v1/models(?:/${model})?)`) },
  { wire: 'openai', method: 'POST', kind: 'chat', path: /^\/openai\/v1(\/chat\/completions)$/ },
  { wire: 'openai', method: 'POST', kind: 'responses', path: /^\/openai\/v1(\/responses(?:\/compact)?)$/ },
  { wire: 'openai', method: 'POST', kind: 'embed', path: /^\/openai\/v1(\/embeddings)$/ },
  { wire: 'openai', method: 'GET', kind: 'models', path: exact(`/openai/v1(/models(?:/${model})?)`) },
  {
    wire: 'gemini',
    method: 'POST',
    kind: 'generate',
    path: exact(`/gemini(/v1(?:beta)?/models/(${model}):(?:g|streamG)enerateContent)`),
  },
  {
    wire: 'gemini',
    method: 'POST',
    kind: 'count',
    path: exact(`/gemini(/v1(?:beta)?/models/(${model}):countTokens)`),
  },
  {
    wire: 'gemini',
    method: 'POST',
    kind: 'embed',
    path: exact(`/gemini(/v1(?:beta)?/models/(${model}):(?:batchEmbedContents|embedContent))`),
  },
  {
    wire: 'gemini',
    method: 'GET',
    kind: 'models',
    path: exact(`/gemini(/v1(?:beta)?/models(?:/${model})?)`),
  },
]

function exact(source: string): RegExp {
  return new RegExp(`^${source}$`)
}

/** Returns the route of a request, or null. `pathname` is as it was sent: neither decoded nor normalised. */
export function routeOf(method: string, pathname: string): Route | null {
  for (const pattern of patterns) {
    if (pattern.method !== method) continue
    const [, path, named] = pattern.path.exec(pathname) ?? []
    if (path === undefined) continue
    return {
      wire: pattern.wire,
      kind: pattern.kind,
      path,
      model: named === undefined ? null : decodeURIComponent(named),
    }
  }
  return null
}

/** Returns the wire of a path, known or not: errors use its format. */
export function wireOf(pathname: string): Wire {
  if (pathname.startsWith('/anthropic')) return 'anthropic'
  return pathname.startsWith('/gemini') ? 'gemini' : 'openai'
}
