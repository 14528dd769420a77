/** The data of session events. Agents send different data: what does not match is left out, never an error. */
import { z } from 'zod'
import type { EventView } from '../../../src/contract/events/event.ts'
import { titleOfCall } from '../../../src/contract/events/event-words.ts'

const maybe = z.string().nullable().catch(null)

/** The path of a file within its workspace: the workspace's location on the server is removed. */
const Place = z.string().transform((path) => path.replace(/^.*\/attempts\/[0-9a-f-]{36}\/ws\//, ''))
const ToolDiff = z.object({ path: Place, old: z.string().nullable(), new: z.string() })
export type ToolDiff = z.infer<typeof ToolDiff>

const Tool = z.object({
  id: z.string().catch(''),
  status: maybe,
  kind: maybe,
  input: z.unknown().optional(),
  output: maybe,
  paths: z.array(Place).catch([]),
  diffs: z.array(ToolDiff).catch([]),
})

const PlanEntry = z.object({ content: z.string(), status: z.string().catch('pending') })
export type PlanEntry = z.infer<typeof PlanEntry>
const Plan = z.object({ entries: z.array(PlanEntry).catch([]) })
const Permission = z.object({ answer: z.string().catch('') })
const Said = z.object({ message_id: maybe, text: maybe })

export interface ToolPiece {
  readonly id: string
  readonly title: string | null
  readonly toolKind: string | null
  readonly status: string | null
  readonly input: unknown
  readonly output: string | null
  readonly paths: readonly string[]
  readonly diffs: readonly ToolDiff[]
}

/** Cached, because events are immutable and a transcript is rebuilt with every new one. */
const tools = new WeakMap<EventView, ToolPiece>()

export function parseTool(event: EventView): ToolPiece {
  const known = tools.get(event)
  if (known !== undefined) return known
  const { kind, ...data } = Tool.parse(event.data)
  const piece = { ...data, toolKind: kind, title: titleOfCall(event), input: data.input ?? null }
  tools.set(event, piece)
  return piece
}

export function parsePlan(event: EventView): readonly PlanEntry[] {
  return Plan.parse(event.data).entries
}

export function parsePermission(event: EventView): { readonly text: string; readonly answer: string } {
  const { answer } = Permission.parse(event.data)
  const ending = `: ${answer}`
  const text = event.message.endsWith(ending) ? event.message.slice(0, -ending.length) : event.message
  return { text, answer }
}

interface PersonSaid {
  readonly text: string
  readonly messageId: string | null
}

export function parseSaid(event: EventView): PersonSaid {
  const { text, message_id } = Said.parse(event.data)
  return { text: text ?? event.message, messageId: message_id }
}

/** Parses a delivery, which names the message; its text follows the recipient's name. */
export function parseDelivered(event: EventView): PersonSaid {
  const { text, message_id } = Said.parse(event.data)
  return { text: text ?? event.message.replace(/^.*? was told: /s, ''), messageId: message_id }
}
