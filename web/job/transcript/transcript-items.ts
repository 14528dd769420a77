import type { EventView } from '../../../src/contract/events/event.ts'
import type { EventKind } from '../../../src/contract/events/event-kinds.ts'
import { eventKind } from '../../../src/contract/events/event-words.ts'
import { parseDelivered, parsePermission, parsePlan, parseSaid, parseTool } from './session-data.ts'
import type { PlanEntry, ToolDiff } from './session-data.ts'

/** An entry of a transcript: one message or action, from any number of events. */
export type TranscriptItem =
  | ({ readonly kind: 'message' | 'thought' | 'note' | 'step' } & Said)
  | ({ readonly kind: 'tool' } & ToolCall)
  | ({ readonly kind: 'plan'; readonly entries: readonly PlanEntry[] } & Placed)
  | ({ readonly kind: 'permission'; readonly answer: string } & Said)
  | ({
      readonly kind: 'person'
      readonly messageId: string | null
      readonly deliveredAt: string | null
    } & Said)

interface Placed {
  /** The `seq` of its first event. */
  readonly seq: number
  readonly at: string
}

interface Said extends Placed {
  readonly text: string
}

export interface ToolCall extends Placed {
  readonly id: string
  readonly title: string
  readonly toolKind: string | null
  readonly status: string | null
  readonly input: unknown
  readonly output: string | null
  readonly paths: readonly string[]
  readonly diffs: readonly ToolDiff[]
}

/** The number of characters up to which pieces of one text are joined; then a new item begins. */
const textLimit = 50_000

/**
 * Builds the transcript from the events of one attempt, in order. Pieces of a message are joined; the pieces of a tool call
 * are merged at its first position, later ones overriding earlier ones; a plan appears once, in its current state; a
 * person's message gets its delivery time.
 */
export function transcriptItems(events: readonly EventView[]): TranscriptItem[] {
  const items: TranscriptItem[] = []
  const places = new Map<string, number>()
  for (const event of events) place[eventKind(event)](items, places, event)
  return items
}

type Place = (items: TranscriptItem[], places: Map<string, number>, event: EventView) => void

const addStep: Place = (items, _places, { seq, at, message }) =>
  void items.push({ kind: 'step', seq, at, text: message })

const addNote: Place = (items, _places, { seq, at, message }) =>
  void items.push({ kind: 'note', seq, at, text: message })

/** Adds an event of each kind to the items. */
const place: Readonly<Record<EventKind, Place>> = {
  message: (items, _places, { seq, at, message }) => join(items, { kind: 'message', seq, at, text: message }),
  thought: (items, _places, { seq, at, message }) => join(items, { kind: 'thought', seq, at, text: message }),
  tool_call: addToolCall,
  agent_plan: (items, places, event) =>
    put(items, places, 'plan', { kind: 'plan', seq: event.seq, at: event.at, entries: parsePlan(event) }),
  permission: (items, _places, event) =>
    void items.push({ kind: 'permission', seq: event.seq, at: event.at, ...parsePermission(event) }),
  note: addNote,
  answer: addNote,
  count: () => undefined,
  person: addPerson,
  delivery: addDelivery,
  report: addStep,
  setting: addStep,
  step: addStep,
  success: addStep,
  failure: addStep,
  wait: addStep,
  check: addStep,
}

function join(items: TranscriptItem[], said: Said & { kind: 'message' | 'thought' }): void {
  const last = items.at(-1)
  if (last === undefined || last.kind !== said.kind || last.text.length + said.text.length > textLimit) {
    items.push(said)
  } else {
    items[items.length - 1] = { ...last, text: last.text + said.text }
  }
}

/** Adds an item, or replaces the one with the same key, which keeps its position and time. */
function put(items: TranscriptItem[], places: Map<string, number>, key: string, item: TranscriptItem): void {
  const index = places.get(key)
  const before = index === undefined ? undefined : items[index]
  if (index === undefined || before === undefined) {
    places.set(key, items.length)
    items.push(item)
  } else {
    items[index] = { ...item, seq: before.seq, at: before.at }
  }
}

function addToolCall(items: TranscriptItem[], places: Map<string, number>, event: EventView): void {
  const piece = parseTool(event)
  const key = `tool ${piece.id}`
  const before = items[places.get(key) ?? -1]
  const known = before?.kind === 'tool' ? before : { ...untold, seq: event.seq, at: event.at, id: piece.id }
  put(items, places, key, {
    ...known,
    title: piece.title ?? known.title,
    toolKind: piece.toolKind ?? known.toolKind,
    status: piece.status ?? known.status,
    input: piece.input ?? known.input,
    output: piece.output ?? known.output,
    paths: piece.paths.length > 0 ? piece.paths : known.paths,
    diffs: piece.diffs.length > 0 ? piece.diffs : known.diffs,
  })
}

/** The initial state of a tool call. */
const untold = {
  kind: 'tool',
  title: 'A tool',
  toolKind: null,
  status: null,
  input: null,
  output: null,
  paths: [],
  diffs: [],
} as const

function addPerson(items: TranscriptItem[], places: Map<string, number>, event: EventView): void {
  const { text, messageId } = parseSaid(event)
  const item = { kind: 'person', seq: event.seq, at: event.at, text, messageId, deliveredAt: null } as const
  if (messageId === null) items.push(item)
  else put(items, places, `message ${messageId}`, item)
}

/** Adds a delivery. A message that was written before this session began has only its delivery. */
function addDelivery(items: TranscriptItem[], places: Map<string, number>, event: EventView): void {
  const { text, messageId } = parseDelivered(event)
  const index = places.get(`message ${messageId ?? ''}`)
  const before = index === undefined ? undefined : items[index]
  if (index !== undefined && before?.kind === 'person') {
    items[index] = { ...before, deliveredAt: event.at }
  } else {
    items.push({ kind: 'person', seq: event.seq, at: event.at, text, messageId, deliveredAt: event.at })
  }
}
