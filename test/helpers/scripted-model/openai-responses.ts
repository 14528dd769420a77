import { openaiError } from './openai-chat.ts'
import {
  halves,
  object,
  objects,
  text,
  textOf,
  type Ask,
  type Json,
  type OfferedTool,
  type Reply,
  type ServedUsage,
  type StreamPart,
  type Turn,
  type Wire,
} from './wire.ts'

const CREATED = 1_750_000_000
const CALLS = ['function_call', 'custom_tool_call', 'local_shell_call']

/** OpenAI Responses, custom (free text) tools and namespaces of tools included. */
export const openaiResponses: Wire = {
  name: 'openai-responses',
  read: (body) => ({
    model: text(body['model']),
    stream: body['stream'] === true,
    usageInStream: true,
    sse: true,
    tools: objects(body['tools']).flatMap((tool) =>
      tool['type'] === 'namespace'
        ? objects(tool['tools']).flatMap((inner) => offered(inner, text(tool['name'])))
        : offered(tool, null),
    ),
    turns: typeof body['input'] === 'string' ? [{ by: 'user', text: body['input'] }] : turns(body['input']),
  }),

  whole: (reply, usage, ask, id) => ({
    ...envelope(ask, id, 'completed'),
    output: [item(reply, id, 'completed')],
    usage: figures(usage),
  }),

  *parts(reply, usage, ask, id): Generator<StreamPart> {
    let sequence = 0
    const part = (type: string, data: Json, delta: boolean): StreamPart => ({
      event: type,
      data: { type, sequence_number: sequence++, ...data },
      delta,
    })
    const started = { ...envelope(ask, id, 'in_progress'), output: [], usage: null }
    yield part('response.created', { response: started }, false)
    yield part('response.in_progress', { response: started }, false)
    yield part('response.output_item.added', { output_index: 0, item: item(reply, id, 'in_progress') }, false)
    const done = item(reply, id, 'completed')
    const place = { item_id: text(done['id']), output_index: 0 }
    yield* content(reply, place, part)
    yield part('response.output_item.done', { output_index: 0, item: done }, false)
    const response = { ...envelope(ask, id, 'completed'), output: [done], usage: figures(usage) }
    yield part('response.completed', { response }, false)
  },

  error: openaiError,
}

function* content(
  reply: Reply,
  place: Json,
  part: (type: string, data: Json, delta: boolean) => StreamPart,
): Generator<StreamPart> {
  if (reply.kind === 'call') {
    const free = typeof reply.input === 'string'
    const whole = typeof reply.input === 'string' ? reply.input : JSON.stringify(reply.input)
    const event = free ? 'response.custom_tool_call_input' : 'response.function_call_arguments'
    for (const half of halves(whole)) yield part(`${event}.delta`, { ...place, delta: half }, true)
    yield part(`${event}.done`, { ...place, ...(free ? { input: whole } : { arguments: whole }) }, false)
    return
  }
  const at = { ...place, content_index: 0 }
  yield part('response.content_part.added', { ...at, part: outputText('') }, false)
  for (const piece of reply.pieces()) yield part('response.output_text.delta', { ...at, delta: piece }, true)
  const whole = [...reply.pieces()].join('')
  yield part('response.output_text.done', { ...at, text: whole }, false)
  yield part('response.content_part.done', { ...at, part: outputText(whole) }, false)
}

function offered(tool: Json, namespace: string | null): OfferedTool[] {
  const name = text(tool['name'])
  switch (tool['type']) {
    case 'function':
      return [{ name, namespace, form: 'object', parameters: object(tool['parameters']) }]
    case 'custom':
      return [{ name, namespace, form: 'free', parameters: {} }]
    default:
      return []
  }
}

/** Calls are separate items next to the messages; each is one turn of the assistant. */
function turns(input: unknown): Turn[] {
  return objects(input).flatMap((entry): Turn[] => {
    if (CALLS.includes(text(entry['type']))) return [{ by: 'assistant', text: '' }]
    if (entry['role'] === 'assistant') return [{ by: 'assistant', text: textOf(entry['content']) }]
    if (entry['role'] === 'user') return [{ by: 'user', text: textOf(entry['content']) }]
    return []
  })
}

function envelope(ask: Ask, id: string, status: string): Json {
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: CREATED,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: ask.model,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
  }
}

function item(reply: Reply, id: string, status: 'in_progress' | 'completed'): Json {
  const done = status === 'completed'
  if (reply.kind === 'text') {
    const parts = done ? [outputText([...reply.pieces()].join(''))] : []
    return { id: `msg_${id}`, type: 'message', role: 'assistant', status, content: parts }
  }
  const call = { call_id: `call_${id}`, name: reply.tool.name, status }
  const named = reply.tool.namespace === null ? call : { ...call, namespace: reply.tool.namespace }
  if (typeof reply.input === 'string') {
    return { id: `ctc_${id}`, type: 'custom_tool_call', ...named, input: done ? reply.input : '' }
  }
  const args = done ? JSON.stringify(reply.input) : ''
  return { id: `fc_${id}`, type: 'function_call', ...named, arguments: args }
}

function outputText(whole: string): Json {
  return { type: 'output_text', text: whole, annotations: [], logprobs: [] }
}

function figures(usage: ServedUsage): Json {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: usage.input + usage.output,
  }
}
