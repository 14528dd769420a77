import type { EventView } from '../../../src/contract/events/event.ts'
import type { EventGroup } from '../../../src/contract/events/event-data.ts'
import { oneLine } from '../../../src/contract/events/event-words.ts'

export const activityKinds = ['people', 'agents', 'tasks', 'checks', 'system'] as const
export type ActivityKind = (typeof activityKinds)[number]

const kindOfGroup: Readonly<Record<EventGroup, ActivityKind>> = {
  person: 'people',
  message: 'people',
  session: 'agents',
  attempt: 'agents',
  permission: 'agents',
  question: 'agents',
  task: 'tasks',
  plan: 'tasks',
  review: 'tasks',
  check: 'checks',
  checks: 'checks',
  setup: 'checks',
  finding: 'checks',
  job: 'system',
  work: 'system',
  checkpoint: 'system',
  merge: 'system',
  deliver: 'system',
  document: 'system',
}
const kinds: ReadonlyMap<string, ActivityKind> = new Map(Object.entries(kindOfGroup))

/** Returns the subject of an event. Actions of a person always count as `people`, whatever they changed. */
export function kindOf(event: Pick<EventView, 'type' | 'actor'>): ActivityKind {
  if (event.actor === 'person') return 'people'
  return kinds.get(event.type.split('.', 1)[0] ?? '') ?? 'system'
}

/** Returns the agent's name if the actor is an agent; null otherwise. */
export function agentOf(event: Pick<EventView, 'actor'>): string | null {
  return event.actor.startsWith('agent:') ? event.actor.slice('agent:'.length) : null
}

export interface ActivityFilter {
  readonly kind: ActivityKind | undefined
  readonly agent: string | undefined
  readonly attempt: string | undefined
  readonly text: string | undefined
}

export function matches(event: EventView, filter: ActivityFilter): boolean {
  if (filter.kind !== undefined && kindOf(event) !== filter.kind) return false
  if (filter.agent !== undefined && agentOf(event) !== filter.agent) return false
  if (filter.attempt !== undefined && event.attempt_id !== filter.attempt) return false
  return filter.text === undefined || event.message.toLowerCase().includes(filter.text.toLowerCase())
}

/** One line of the log. Session events are grouped into one line until the next event of another kind. */
export type ActivityRow =
  | { readonly kind: 'event'; readonly event: EventView }
  | {
      readonly kind: 'session'
      readonly first: EventView
      readonly last: EventView
      /** The latest text; pieces of a tool call have none. */
      readonly said: string
      readonly count: number
    }

/** Returns the rows of the log: events in order, those of each session grouped at its latest one. */
export function gathered(events: readonly EventView[]): readonly ActivityRow[] {
  const rows: ActivityRow[] = []
  let sessions = new Map<string, Extract<ActivityRow, { kind: 'session' }>>()
  const flush = (): void => {
    rows.push(...[...sessions.values()].toSorted((a, b) => a.last.seq - b.last.seq))
    sessions = new Map()
  }
  for (const event of events) {
    if (!event.type.startsWith('session.') || event.attempt_id === null) {
      flush()
      rows.push({ kind: 'event', event })
      continue
    }
    const before = sessions.get(event.attempt_id)
    sessions.set(event.attempt_id, {
      kind: 'session',
      first: before?.first ?? event,
      last: event,
      said: oneLine(event) ?? before?.said ?? '',
      count: (before?.count ?? 0) + 1,
    })
  }
  flush()
  return rows
}
