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

const ERRORS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

/** Anthropic Messages. */
export const anthropic: Wire = {
  name: 'anthropic',
  read: (body) => ({
    model: text(body['model']),
    stream: body['stream'] === true,
    usageInStream: true,
    sse: true,
    tools: objects(body['tools'])
      .filter((tool) => tool['input_schema'] !== undefined)
      .map((tool) => ({
        name: text(tool['name']),
        namespace: null,
        form: 'object',
        parameters: object(tool['input_schema']),
      })),
    turns: objects(body['messages']).map((message) => ({
      by: message['role'] === 'assistant' ? 'assistant' : 'user',
      text: textOf(message['content']),
    })),
  }),

  whole: (reply, usage, ask, id) => ({
    ...envelope(ask, id),
    content: [
      reply.kind === 'text'
        ? { type: 'text', text: [...reply.pieces()].join('') }
        : { type: 'tool_use', id: `toolu_${id}`, name: reply.tool.name, input: reply.input },
    ],
    stop_reason: stopReason(reply),
    stop_sequence: null,
    usage: figures(usage, usage.output),
  }),

  *parts(reply, usage, ask, id): Generator<StreamPart> {
    yield part({
      type: 'message_start',
      message: {
        ...envelope(ask, id),
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: figures(usage, 1),
      },
    })
    const block =
      reply.kind === 'text'
        ? { type: 'text', text: '' }
        : { type: 'tool_use', id: `toolu_${id}`, name: reply.tool.name, input: {} }
    yield part({ type: 'content_block_start', index: 0, content_block: block })
    yield part({ type: 'ping' })
    for (const delta of deltas(reply)) {
      yield { ...part({ type: 'content_block_delta', index: 0, delta }), delta: true }
    }
    yield part({ type: 'content_block_stop', index: 0 })
    yield part({
      type: 'message_delta',
      delta: { stop_reason: stopReason(reply), stop_sequence: null },
      usage: figures(usage, usage.output),
    })
    yield part({ type: 'message_stop' })
  },

  error: (status, message) => ({
    type: 'error',
    error: { type: ERRORS[status] ?? 'api_error', message },
    request_id: 'req_scripted',
  }),
}

function part(data: Json): StreamPart {
  return { event: text(data['type']), data, delta: false }
}

function envelope(ask: Ask, id: string): Json {
  return { id: `msg_${id}`, type: 'message', role: 'assistant', model: ask.model }
}

function stopReason(reply: Reply): string {
  return reply.kind === 'text' ? 'end_turn' : 'tool_use'
}

function* deltas(reply: Reply): Generator<Json> {
  if (reply.kind === 'text') {
    for (const piece of reply.pieces()) yield { type: 'text_delta', text: piece }
    return
  }
  for (const half of halves(JSON.stringify(reply.input)))
    yield { type: 'input_json_delta', partial_json: half }
}

/** In this protocol `input_tokens` excludes tokens read from and written to the cache. */
function figures(usage: ServedUsage, output: number): Json {
  return {
    input_tokens: usage.input - usage.cached - usage.cacheWrite,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cached,
    output_tokens: output,
  }
}
