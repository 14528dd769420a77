import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startScriptedModel, type ScriptedModel } from './scripted-model.ts'
import { scriptText, scriptsIn } from './scripted-model/script.ts'
import { text as asText } from './scripted-model/wire.ts'
import { writeCall } from './scripted-model/tools.ts'

let model: ScriptedModel
beforeAll(async () => {
  model = await startScriptedModel()
})
afterAll(() => model.close())

const schema = {
  type: 'object',
  properties: { path: { type: 'string' }, content: { type: 'string' } },
  required: ['path', 'content'],
}
const shell = { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] }

/** How a request of each wire is made from a prompt, and where its answer has the call and the usage. */
const wires = [
  {
    name: 'anthropic',
    path: () => '/v1/messages',
    body: (prompt: string, stream: boolean) => ({
      model: 'mock-model',
      max_tokens: 100,
      stream,
      messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
      tools: [
        { name: 'Write', input_schema: schema },
        { name: 'Bash', input_schema: shell },
      ],
    }),
    call: (answer: unknown) => [dig(answer, 'content.0.name'), dig(answer, 'content.0.input')],
    usage: (answer: unknown) =>
      Object.values(dig(answer, 'usage') as Record<string, number>).reduce((sum, part) => sum + part, 0),
    streamed: (events: unknown[]) => [
      dig(events[1], 'content_block.name'),
      JSON.parse(events.map((event) => asText(dig(event, 'delta.partial_json'))).join('')),
    ],
    last: 'message_stop',
  },
  {
    name: 'openai-chat',
    path: () => '/v1/chat/completions',
    body: (prompt: string, stream: boolean) => ({
      model: 'mock-model',
      stream,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'You work.' },
        { role: 'user', content: prompt },
      ],
      tools: [
        { type: 'function', function: { name: 'write', parameters: schema } },
        { type: 'function', function: { name: 'bash', parameters: shell } },
      ],
    }),
    call: (answer: unknown) => {
      const call = dig(answer, 'choices.0.message.tool_calls.0.function')
      return [dig(call, 'name'), JSON.parse(String(dig(call, 'arguments')))]
    },
    usage: (answer: unknown) => dig(answer, 'usage.total_tokens'),
    streamed: (events: unknown[]) => {
      const calls = events.map((event) => dig(event, 'choices.0.delta.tool_calls.0.function'))
      const name = calls.map((call) => dig(call, 'name')).find((word) => word !== undefined)
      return [name, JSON.parse(calls.map((call) => asText(dig(call, 'arguments'))).join(''))]
    },
    last: '[DONE]',
  },
  {
    name: 'openai-responses',
    path: () => '/v1/responses',
    body: (prompt: string, stream: boolean) => ({
      model: 'mock-model',
      stream,
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: prompt }] }],
      tools: [
        { type: 'function', name: 'write_file', parameters: schema },
        { type: 'function', name: 'shell', parameters: shell },
      ],
    }),
    call: (answer: unknown) => [
      dig(answer, 'output.0.name'),
      JSON.parse(String(dig(answer, 'output.0.arguments'))),
    ],
    usage: (answer: unknown) => dig(answer, 'usage.total_tokens'),
    streamed: (events: unknown[]) => {
      const done = events.find((event) => dig(event, 'type') === 'response.output_item.done')
      return [dig(done, 'item.name'), JSON.parse(String(dig(done, 'item.arguments')))]
    },
    last: 'response.completed',
  },
  {
    name: 'gemini',
    path: (stream: boolean) =>
      `/v1beta/models/mock-model:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: (prompt: string) => ({
      contents: [{ role: 'user', parts: [{ text: prompt }] }],
      tools: [
        {
          functionDeclarations: [
            { name: 'write_file', parametersJsonSchema: schema },
            { name: 'run_shell_command', parameters: shell },
          ],
        },
      ],
    }),
    call: (answer: unknown) => {
      const call = dig(answer, 'candidates.0.content.parts.0.functionCall')
      return [dig(call, 'name'), dig(call, 'args')]
    },
    usage: (answer: unknown) => dig(answer, 'usageMetadata.totalTokenCount'),
    streamed: (events: unknown[]) => {
      const call = dig(events[0], 'candidates.0.content.parts.0.functionCall')
      return [dig(call, 'name'), dig(call, 'args')]
    },
    last: 'STOP',
  },
] as const

function ask(path: string, body: object): Promise<Response> {
  return fetch(`${model.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'sk-test' },
    body: JSON.stringify(body),
  })
}

/** The value at a dotted path of JSON, or undefined. */
function dig(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined | null)?.[key], value)
}

function dataOf(stream: string): unknown[] {
  return stream
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice('data: '.length))
    .map((data) => (data === '[DONE]' ? data : JSON.parse(data)))
}

describe.each(wires)('the $name wire', (wire) => {
  const prompt = `Do it. ${scriptText({ id: wire.name, usage: { input: 100, output: 7, cached: 40, cache_write: 0 }, steps: [{ write: ['a.txt', 'x'] }] })}`

  test('plays a step as a call of an offered tool and reports its usage', async () => {
    const answer = await (await ask(wire.path(false), wire.body(prompt, false))).json()
    const [name, input] = wire.call(answer)
    expect(name).toMatch(/write/i)
    expect(input).toEqual({ path: 'a.txt', content: 'x' })
    expect(wire.usage(answer)).toBe(107)
    expect(model.served.at(-1)).toEqual({
      wire: wire.name,
      key: 'sk-test',
      model: 'mock-model',
      stream: false,
      script: wire.name,
      step: 0,
      status: 200,
      outcome: 'ok',
      usage: { input: 100, output: 7, cached: 40, cacheWrite: 0 },
    })
  })

  test('streams the same call in parts', async () => {
    const response = await ask(wire.path(true), wire.body(prompt, true))
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const text = await response.text()
    const [name, input] = wire.streamed(dataOf(text))
    expect(name).toMatch(/write/i)
    expect(input).toEqual({ path: 'a.txt', content: 'x' })
    expect(text.trimEnd().split('\n\n').at(-1)).toContain(wire.last)
    expect(model.served.at(-1)?.usage).toEqual({ input: 100, output: 7, cached: 40, cacheWrite: 0 })
  })

  test('fails as the script requires', async () => {
    const failing = (step: object): object => wire.body(scriptText({ steps: [step] }), false)
    const refused = await ask(wire.path(false), failing({ fail: 429, retry_after: 3 }))
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3'])
    expect(await refused.json()).toMatchObject({ error: { message: 'The script says 429.' } })

    const malformed = await ask(wire.path(false), failing({ fail: 'malformed' }))
    await expect(malformed.json()).rejects.toThrow(SyntaxError)

    const cut = await ask(wire.path(true), wire.body(scriptText({ steps: [{ fail: 'cut' }] }), true))
    await expect(cut.text()).rejects.toThrow('terminated')
    expect(model.served.at(-1)).toMatchObject({ outcome: 'cut', usage: null })
  })
})

test('the step is the number of turns since the prompt, and the answer after the last step is "ok"', async () => {
  const script = scriptText({ steps: [{ text: 'one' }, { bash: 'ls' }] })
  const turn = async (answers: string[]): Promise<unknown> => {
    const body = wires[0].body(script, false)
    const messages = [
      { role: 'user', content: 'earlier' },
      { role: 'assistant', content: 'earlier' },
      ...body.messages,
      ...answers.flatMap((text) => [
        { role: 'assistant', content: text },
        { role: 'user', content: [{ type: 'tool_result', content: scriptText({ steps: [] }) }] },
      ]),
    ]
    const answer = await (await ask('/v1/messages', { ...body, messages })).json()
    return dig(answer, 'content.0.text') ?? dig(answer, 'content.0.input')
  }
  expect([await turn([]), await turn(['one']), await turn(['one', 'two'])]).toEqual([
    'one',
    { command: 'ls' },
    'ok',
  ])
})

test('a failure that should happen twice happens twice', async () => {
  const body = wires[0].body(
    scriptText({ id: 'twice', steps: [{ fail: 529, times: 2, text: 'there' }] }),
    false,
  )
  const statuses = []
  for (let call = 0; call < 3; call += 1) statuses.push((await ask('/v1/messages', body)).status)
  expect(statuses).toEqual([529, 529, 200])
})

test('a prompt with several scripts plays the most specific one', async () => {
  const planned = scriptText({ steps: [{ text: 'inner' }] })
  const vision = [
    scriptText({
      role: 'architect',
      steps: [{ write: ['plan.json', JSON.stringify({ description: planned })] }],
    }),
    scriptText({ role: 'developer', task: 'parser', steps: [{ text: 'the parser' }] }),
    scriptText({ role: 'developer', steps: [{ text: 'any developer' }] }),
  ].join('\n')
  expect(scriptsIn(vision)).toHaveLength(3)
  const played = async (prompt: string): Promise<unknown> => {
    const answer = await (await ask('/v1/messages', wires[0].body(prompt, false))).json()
    return dig(answer, 'content.0.text') ?? dig(answer, 'content.0.input.path')
  }
  expect([
    await played(`You are the architect of a team.\n${vision}`),
    await played(`You are the developer of a team.\nTask: Parse (parser)\n${vision}`),
    await played(`You are the developer of a team.\nTask: Print (printer)\n${vision}`),
  ]).toEqual(['plan.json', 'the parser', 'any developer'])
})

test('the chat stream reports usage only on request, and a request without tools is answered "ok"', async () => {
  const body = wires[1].body(scriptText({ steps: [{ text: 'hello' }] }), true)
  const silent = dataOf(await (await ask('/v1/chat/completions', { ...body, stream_options: {} })).text())
  expect(silent.filter((event) => dig(event, 'usage') !== undefined)).toEqual([])
  const bare = await (await ask('/v1/chat/completions', { ...body, stream: false, tools: undefined })).json()
  expect(dig(bare, 'choices.0.message.content')).toBe('ok')
})

test('a file is written by any suitable tool: a writer, a patch, a shell', () => {
  const tool = (name: string, parameters: object, form: 'object' | 'free' = 'object') => ({
    name,
    namespace: null,
    form,
    parameters: parameters as Record<string, unknown>,
  })
  const whole = { properties: { file_path: { description: 'The absolute path' }, content: {} } }
  const input = (tools: ReturnType<typeof tool>[], directory: string | null): unknown => {
    const call = writeCall(tools, 'a/b.txt', "it's\n", directory)
    return call?.kind === 'call' ? call.input : null
  }
  const bash = tool('exec_command', { properties: { cmd: { type: 'string' } } })
  expect(input([tool('Write', whole)], '/w')).toEqual({ file_path: '/w/a/b.txt', content: "it's\n" })
  expect(input([tool('Write', whole), bash], null)).toEqual({
    cmd: String.raw`mkdir -p 'a' && printf %s 'it'\''s` + "\n' > 'a/b.txt'",
  })
  expect(input([bash, tool('apply_patch', {}, 'free')], null)).toBe(
    "*** Begin Patch\n*** Add File: a/b.txt\n+it's\n*** End Patch\n",
  )
  expect(input([tool('grep', { properties: {} })], '/w')).toBeNull()
})
