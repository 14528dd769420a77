import {
  object,
  objects,
  text,
  textOf,
  type Ask,
  type Json,
  type Reply,
  type ServedUsage,
  type StreamPart,
  type Wire,
} from './wire.ts'

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
}

/** Gemini's generateContent and streamGenerateContent; the model and the manner are in the path. */
export const gemini: Wire = {
  name: 'gemini',
  read: (body, url) => ({
    model: /models\/([^:/]+):/.exec(url.pathname)?.[1] ?? '',
    stream: url.pathname.endsWith(':streamGenerateContent'),
    usageInStream: true,
    sse: url.searchParams.get('alt') === 'sse',
    tools: objects(body['tools'])
      .flatMap((group) => objects(group['functionDeclarations'] ?? group['function_declarations']))
      .map((tool) => ({
        name: text(tool['name']),
        namespace: null,
        form: 'object',
        parameters: object(tool['parametersJsonSchema'] ?? tool['parameters']),
      })),
    turns: objects(body['contents']).map((content) => ({
      by: content['role'] === 'model' ? 'assistant' : 'user',
      text: textOf(content['parts']),
    })),
  }),

  whole: (reply, usage, ask, id) =>
    chunk(ask, id, reply.kind === 'text' ? [{ text: [...reply.pieces()].join('') }] : [call(reply, id)], {
      finish: true,
      usage: figures(usage, usage.output),
    }),

  *parts(reply, usage, ask, id): Generator<StreamPart> {
    const pieces = reply.kind === 'text' ? textParts(reply) : [call(reply, id)]
    for (const piece of pieces) {
      const data = chunk(ask, id, [piece], { finish: false, usage: figures(usage, 0) })
      yield { event: null, data, delta: true }
    }
    const data = chunk(ask, id, [{ text: '' }], { finish: true, usage: figures(usage, usage.output) })
    yield { event: null, data, delta: false }
  },

  error: (status, message) => ({
    error: { code: status, message, status: STATUSES[status] ?? 'UNAVAILABLE' },
  }),
}

function* textParts(reply: Extract<Reply, { kind: 'text' }>): Generator<Json> {
  for (const piece of reply.pieces()) yield { text: piece }
}

function call(reply: Extract<Reply, { kind: 'call' }>, id: string): Json {
  return { functionCall: { id: `call_${id}`, name: reply.tool.name, args: reply.input } }
}

function chunk(
  ask: Ask,
  id: string,
  parts: readonly Json[],
  end: { readonly finish: boolean; readonly usage: Json },
): Json {
  const content = { role: 'model', parts }
  return {
    candidates: [{ content, index: 0, ...(end.finish ? { finishReason: 'STOP' } : {}) }],
    usageMetadata: end.usage,
    modelVersion: ask.model,
    responseId: id,
  }
}

function figures(usage: ServedUsage, output: number): Json {
  return {
    promptTokenCount: usage.input,
    ...(output > 0 ? { candidatesTokenCount: output } : {}),
    totalTokenCount: usage.input + output,
    ...(usage.cached > 0 ? { cachedContentTokenCount: usage.cached } : {}),
  }
}
