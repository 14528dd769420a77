import {
  halves,
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

const CREATED = 1_750_000_000

/** OpenAI Chat Completions, as every "OpenAI-compatible" address speaks it. */
export const openaiChat: Wire = {
  name: 'openai-chat',
  read: (body) => ({
    model: text(body['model']),
    stream: body['stream'] === true,
    usageInStream: object(body['stream_options'])['include_usage'] === true,
    sse: true,
    tools: objects(body['tools'])
      .map((tool) => object(tool['function']))
      .filter((tool) => text(tool['name']) !== '')
      .map((tool) => ({
        name: text(tool['name']),
        namespace: null,
        form: 'object',
        parameters: object(tool['parameters']),
      })),
    turns: objects(body['messages'])
      .filter((message) => message['role'] === 'user' || message['role'] === 'assistant')
      .map((message) => ({
        by: message['role'] === 'assistant' ? 'assistant' : 'user',
        text: textOf(message['content']),
      })),
  }),

  whole: (reply, usage, ask, id) => ({
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: CREATED,
    model: ask.model,
    choices: [{ index: 0, message: message(reply, id), logprobs: null, finish_reason: finish(reply) }],
    usage: figures(usage),
  }),

  *parts(reply, usage, ask, id): Generator<StreamPart> {
    yield chunk(ask, id, [choice({ role: 'assistant', content: reply.kind === 'text' ? '' : null })])
    if (reply.kind === 'text') {
      for (const piece of reply.pieces())
        yield { ...chunk(ask, id, [choice({ content: piece })]), delta: true }
    } else {
      const name = { name: reply.tool.name, arguments: '' }
      yield chunk(ask, id, [
        choice({ tool_calls: [{ index: 0, id: `call_${id}`, type: 'function', function: name }] }),
      ])
      for (const half of halves(JSON.stringify(reply.input))) {
        const call = { index: 0, function: { arguments: half } }
        yield { ...chunk(ask, id, [choice({ tool_calls: [call] })]), delta: true }
      }
    }
    yield chunk(ask, id, [{ index: 0, delta: {}, finish_reason: finish(reply) }])
    if (ask.usageInStream) yield chunk(ask, id, [], { usage: figures(usage) })
    yield { event: null, data: '[DONE]', delta: false }
  },

  error: openaiError,
}

/** The error of both of OpenAI's wires. */
export function openaiError(status: number, message: string): Json {
  const codes: Readonly<Record<number, readonly [string, string | null]>> = {
    401: ['invalid_request_error', 'invalid_api_key'],
    403: ['invalid_request_error', 'unsupported_country_region_territory'],
    404: ['invalid_request_error', 'model_not_found'],
    429: ['requests', 'rate_limit_exceeded'],
  }
  const [type, code] = codes[status] ?? [status < 500 ? 'invalid_request_error' : 'server_error', null]
  return { error: { message, type, param: null, code } }
}

function message(reply: Reply, id: string): Json {
  if (reply.kind === 'text')
    return { role: 'assistant', content: [...reply.pieces()].join(''), refusal: null }
  const call = { name: reply.tool.name, arguments: JSON.stringify(reply.input) }
  return {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: `call_${id}`, type: 'function', function: call }],
  }
}

function choice(delta: Json): Json {
  return { index: 0, delta, logprobs: null, finish_reason: null }
}

function chunk(ask: Ask, id: string, choices: readonly Json[], more: Json = {}): StreamPart {
  return {
    event: null,
    delta: false,
    data: {
      id: `chatcmpl-${id}`,
      object: 'chat.completion.chunk',
      created: CREATED,
      model: ask.model,
      choices,
      ...(ask.usageInStream ? { usage: null } : {}),
      ...more,
    },
  }
}

function finish(reply: Reply): string {
  return reply.kind === 'text' ? 'stop' : 'tool_calls'
}

function figures(usage: ServedUsage): Json {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached },
    completion_tokens_details: { reasoning_tokens: 0 },
  }
}
