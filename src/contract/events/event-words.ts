import { eventKinds, type EventKind } from './event-kinds.ts'

/**
 * Describes events in the words and colours that people see, for every view that shows them. Tolerant, because events may come
 * from another version: an unknown type is a step, and `data` may be anything.
 */

/** The fields of an event that determine its text, whether it is stored or about to be appended. */
export interface DescribedEvent {
  readonly type: string
  readonly message: string
  readonly data?: Readonly<Record<string, unknown>> | undefined
}

const kinds: ReadonlyMap<string, EventKind> = new Map(Object.entries(eventKinds))

export function eventKind({ type }: Pick<DescribedEvent, 'type'>): EventKind {
  return kinds.get(type) ?? 'step'
}

export type EventTone = 'good' | 'bad' | 'waiting' | 'detail' | 'plain'

/** How an event of each kind sounds, and whether it is what an agent is doing. */
const presentation: Readonly<Record<EventKind, { readonly tone: EventTone; readonly isActivity: boolean }>> =
  {
    message: { tone: 'detail', isActivity: true },
    thought: { tone: 'detail', isActivity: true },
    tool_call: { tone: 'detail', isActivity: true },
    agent_plan: { tone: 'detail', isActivity: true },
    report: { tone: 'plain', isActivity: true },
    permission: { tone: 'detail', isActivity: true },
    note: { tone: 'detail', isActivity: true },
    setting: { tone: 'detail', isActivity: false },
    count: { tone: 'detail', isActivity: false },
    person: { tone: 'plain', isActivity: false },
    delivery: { tone: 'plain', isActivity: false },
    answer: { tone: 'plain', isActivity: false },
    step: { tone: 'plain', isActivity: false },
    success: { tone: 'good', isActivity: false },
    failure: { tone: 'bad', isActivity: false },
    wait: { tone: 'waiting', isActivity: false },
    check: { tone: 'plain', isActivity: false },
  }

/** Returns how an event sounds: whether it is good news, bad news, or a detail. */
export function eventTone(event: Pick<DescribedEvent, 'type' | 'data'>): EventTone {
  const kind = eventKind(event)
  return kind === 'check' && event.data?.['verdict'] === 'fail' ? 'bad' : presentation[kind].tone
}

/** The message of a tool call, or of news of one, that has no title; it is shown nowhere. */
export function untitledCall(id: string): string {
  return `tool call ${id}`
}

/** Returns the title of a tool call; null for news of one that does not repeat it. */
export function titleOfCall({ message, data }: DescribedEvent): string | null {
  const { id } = data ?? {}
  return typeof id === 'string' && message === untitledCall(id) ? null : message
}

/** Returns an event in one line; null when its message is empty. */
export function oneLine(event: DescribedEvent): string | null {
  const text = eventKind(event) === 'tool_call' ? titleOfCall(event) : event.message
  const line = text?.trim().split('\n', 1)[0] ?? ''
  return line === '' ? null : line
}

/** The maximum number of characters of the line that shows what an agent is doing. */
const ACTIVITY_CHARS = 200

/** Returns the line that shows what an agent is doing, for its card; null for an event that is not its activity. */
export function activityLine(event: DescribedEvent): string | null {
  const line = presentation[eventKind(event)].isActivity ? oneLine(event) : null
  return line?.slice(0, ACTIVITY_CHARS) ?? null
}
