import type { Wire } from '../contract/provider.ts'

/** What an agent may ask of a provider; everything else is not forwarded. */
export interface Route {
  readonly wire: Wire
  readonly kind: 'messages' | 'chat' | 'responses' | 'generate' | 'embed' | 'count' | 'models'
  /** What follows the provider's base address. */
  readonly path: string
  /** Where the wire has the model in the address. */
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

/** The route of a request, or null. `pathname` is as it was sent: nothing in it has been decoded or made shorter. */
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

/** The wire that an address speaks, known path or not: errors are told in its shape. */
export function wireOf(pathname: string): Wire {
  if (pathname.startsWith('/anthropic')) return 'anthropic'
  return pathname.startsWith('/gemini') ? 'gemini' : 'openai'
}
