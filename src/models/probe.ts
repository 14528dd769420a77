import type { IncomingMessage } from 'node:http'
import type { ProviderProbe, Wire } from '../contract/provider.ts'
import { clock } from '../lib/clock.ts'
import { timeLimit } from '../lib/timers.ts'
import type { Target } from './gateway/gateway-context.ts'
import { requestHeaders } from './gateway/headers.ts'
import { judgeRefusal, messageIn } from './gateway/judge-refusal.ts'
import type { UpstreamPool } from './gateway/upstream.ts'

/** The maximum bytes read of a response for its message. */
const ANSWER_BYTES = 65_536

interface Question {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body: string
}

/**
 * Sends a provider a cheap request to find out whether it answers and accepts the key: a list of its models or, where it has
 * none and a model is known, one token. Never rejects; errors are part of the result.
 */
export async function probe(
  upstream: UpstreamPool,
  target: Target & { readonly model: string | null },
  ms: number,
): Promise<ProviderProbe> {
  const signal = timeLimit(ms)
  const ask = (question: Question): Promise<Answer> => send(upstream, target, question, signal, ms)
  try {
    const listed = await ask({ method: 'GET', path: listPath(target), body: '' })
    const isUnlisted = listed.status === 404 || listed.status === 405
    return judge(
      isUnlisted && target.model !== null ? await ask(oneToken(target.wire, target.model)) : listed,
    )
  } catch (error) {
    const message = signal.aborted ? `it gave no answer in ${ms / 1000} s` : messageOfError(error)
    return { result: 'unreachable', said: `it cannot be reached (${message})`, at: clock.iso() }
  }
}

function listPath({ wire, baseUrl }: Target): string {
  // Its model list is public; the information about the key is not.
  if (new URL(baseUrl).hostname === 'openrouter.ai') return '/key'
  return { anthropic: '/v1/models', openai: '/models', gemini: '/v1beta/models' }[wire]
}

function oneToken(wire: Wire, model: string): Question {
  const messages = [{ role: 'user', content: 'Hello' }]
  const chat = JSON.stringify({ model, max_tokens: 1, messages })
  switch (wire) {
    case 'anthropic':
      return { method: 'POST', path: '/v1/messages', body: chat }
    case 'openai':
      return { method: 'POST', path: '/chat/completions', body: chat }
    case 'gemini':
      return {
        method: 'POST',
        path: `/v1beta/models/${encodeURIComponent(model)}:generateContent`,
        body: JSON.stringify({
          contents: [{ parts: [{ text: 'Hello' }] }],
          generationConfig: { maxOutputTokens: 1 },
        }),
      }
  }
}

interface Answer {
  readonly status: number
  readonly message: string
}

async function send(
  upstream: UpstreamPool,
  target: Target,
  { method, path, body }: Question,
  signal: AbortSignal,
  ms: number,
): Promise<Answer> {
  const url = new URL(target.baseUrl)
  url.pathname = url.pathname.replace(/\/$/, '') + path
  const headers = {
    accept: 'application/json',
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
    ...(target.wire === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {}),
  }
  const bytes = Buffer.from(body)
  const answer = await upstream.call({
    method,
    url,
    headers: requestHeaders(headers, target, bytes.length),
    body: bytes,
    signal,
    silenceMs: ms,
    isReaderSlow: () => false,
  })
  const text = await beginning(answer)
  const message = messageIn(target.key === null ? text : text.replaceAll(target.key, '[key]'))
  return { status: answer.statusCode ?? 502, message }
}

async function beginning(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > ANSWER_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

function judge({ status, message }: Answer): ProviderProbe {
  const at = clock.iso()
  if (status < 300) return { result: 'answered', said: null, at }
  const said = `it answered ${status} (${message})`
  const refusal = judgeRefusal(status, message)
  if (refusal === 'person') return { result: 'refused', said, at }
  return { result: refusal === 'passing' ? 'unreachable' : 'unclear', said, at }
}

function messageOfError(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
