import { z } from 'zod'
import { ordersIn, type Order } from '../../../src/contract/orders.ts'
import { object, type Ask } from './wire.ts'

/**
 * The script that a prompt carries: `[[SCRIPT {"steps":[...]}]]`. A prompt may contain several; `role`, `task` and
 * `attempt` restrict one to some prompts of Slipway, and the most specific matching script is played. The step is the
 * number of the assistant's turns since the message with the script, so the server remembers nothing and tests may run side
 * by side.
 */

const Failure = z.union([
  z.literal([400, 401, 403, 404, 429, 500, 502, 503, 529]),
  /** Never answers; answers and then falls silent; ends in the middle; is no JSON. */
  z.enum(['hang', 'silence', 'cut', 'malformed']),
])
export type Failure = z.infer<typeof Failure>

const Step = z.strictObject({
  /** Path and content of a file. */
  write: z.tuple([z.string(), z.string()]).optional(),
  bash: z.string().optional(),
  /** A tool by its own name, with its input. */
  call: z.tuple([z.string(), z.record(z.string(), z.unknown())]).optional(),
  text: z.string().optional(),
  /** So many pieces of text of so many bytes. */
  stream: z
    .strictObject({ chunks: z.int().min(1), bytes: z.int().min(1), every_ms: z.int().default(0) })
    .optional(),
  fail: Failure.optional(),
  /** How many of the calls that reach this step fail before one succeeds; all of them when it is not given. */
  times: z.int().min(1).optional(),
  /** Seconds for the header `retry-after` of a failure. */
  retry_after: z.number().optional(),
  /** The answer begins when the test releases what has this name. */
  until: z.string().optional(),
})
export type Step = z.infer<typeof Step>

const Script = z.strictObject({
  id: z.string().optional(),
  role: z.string().optional(),
  task: z.string().optional(),
  attempt: z.int().optional(),
  /** Also for requests that offer no tools; else those are answered "ok". */
  bare: z.boolean().default(false),
  /** The usage that every call reports; by default counted from the bytes. */
  usage: z
    .strictObject({
      input: z.int(),
      output: z.int(),
      cached: z.int().default(0),
      cache_write: z.int().default(0),
    })
    .optional(),
  steps: z.array(Step).default([]),
})
export type Script = z.infer<typeof Script>

/** The script to play and how far it is; `step` is null when it is over. */
export interface Scene {
  readonly script: Script
  readonly index: number
  readonly step: Step | null
}

/** Throws when a prompt carries a script that is not one: a test with a slip must not pass by "ok". */
export function sceneOf(ask: Ask): Scene | null {
  const at = ask.turns.findLastIndex((turn) => turn.by === 'user' && turn.text.includes(OPEN))
  const prompt = ask.turns[at]
  if (prompt === undefined) return obeyed(ask)
  const script = choose(scriptsIn(prompt.text), prompt.text)
  if (script === null || (ask.tools.length === 0 && !script.bare)) return null
  const index = ask.turns.slice(at).filter((turn) => turn.by === 'assistant').length
  return { script, index, step: script.steps[index] ?? null }
}

/** Without a script, the plain orders of the conformance kit are followed: as a model would. */
function obeyed(ask: Ask): Scene | null {
  const at = ask.turns.findLastIndex((turn) => turn.by === 'user' && ordersIn(turn.text).length > 0)
  const order = ordersIn(ask.turns[at]?.text ?? '').at(-1)
  if (order === undefined || ask.tools.length === 0) return null
  const told = ask.turns.flatMap((turn) => (turn.by === 'user' ? ordersIn(turn.text) : []))
  const index = ask.turns.slice(at).filter((turn) => turn.by === 'assistant').length
  const script = Script.parse({ steps: [...stepsOf(order, told), { text: 'Done.' }] })
  return { script, index, step: script.steps[index] ?? null }
}

function stepsOf(order: Order, told: readonly Order[]): Step[] {
  switch (order.do) {
    case 'write':
      return [{ write: [order.file, order.text] }]
    case 'run':
      return [{ bash: order.command }]
    case 'remember':
      return []
    case 'recall': {
      const known = told.flatMap((each) => (each.do === 'remember' ? [each.word] : []))
      return [{ write: [order.file, known.at(-1) ?? 'I do not know it.'] }]
    }
  }
}

const OPEN = '[[SCRIPT '

/** Every script of a prompt, in order. A script inside a string of another one belongs to that string. */
export function scriptsIn(prompt: string): Script[] {
  const scripts: Script[] = []
  let from = prompt.indexOf(OPEN)
  while (from !== -1) {
    const start = from + OPEN.length
    const end = endOfObject(prompt, start)
    scripts.push(Script.parse(JSON.parse(prompt.slice(start, end))))
    from = prompt.indexOf(OPEN, end)
  }
  return scripts
}

/** The text of the script in a prompt. */
export function scriptText(script: z.input<typeof Script>): string {
  return `${OPEN}${JSON.stringify(object(script))}]]`
}

function endOfObject(source: string, start: number): number {
  let depth = 0
  let quoted = false
  for (let at = start; at < source.length; at += 1) {
    const char = source[at]
    if (quoted) {
      if (char === '\\') at += 1
      else if (char === '"') quoted = false
      continue
    }
    if (char === '"') quoted = true
    else if (char === '{') depth += 1
    else if (char === '}') depth -= 1
    if (depth === 0) return at + 1
  }
  throw new Error(`The script does not end: ${source.slice(start, start + 80)}`)
}

function choose(scripts: readonly Script[], prompt: string): Script | null {
  const role = /You are the (product owner|architect|developer|reviewer|tester)\b/.exec(prompt)?.[1]
  const task = /^Task: .*\(([a-z0-9_-]+)\)$/m.exec(prompt)?.[1]
  const attempt = /^## This is attempt (\d+)$/m.exec(prompt)?.[1] ?? '1'
  const fits = scripts
    .filter((script) => script.role === undefined || script.role.replaceAll('_', ' ') === role)
    .filter((script) => script.task === undefined || script.task === task)
    .filter((script) => script.attempt === undefined || String(script.attempt) === attempt)
  const given = (script: Script): number =>
    [script.role, script.task, script.attempt].filter((word) => word !== undefined).length
  return fits.toSorted((a, b) => given(b) - given(a))[0] ?? null
}
