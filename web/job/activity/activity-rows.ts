import type { EventView } from '../../../src/contract/event.ts'

export const activityKinds = ['people', 'agents', 'tasks', 'checks', 'system'] as const
export type ActivityKind = (typeof activityKinds)[number]

const kindOfWord: Readonly<Record<string, ActivityKind>> = {
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
}

/** What an event is about. What a person did is about people, whatever it changed. */
export function kindOf(event: Pick<EventView, 'type' | 'actor'>): ActivityKind {
  if (event.actor === 'person') return 'people'
  return kindOfWord[event.type.split('.', 1)[0] ?? ''] ?? 'system'
}

/** The agent's name when an agent did it. */
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

/** One line of the log. What a session tells is many events and one line until the next thing of weight happens. */
export type ActivityRow =
  | { readonly kind: 'event'; readonly event: EventView }
  | {
      readonly kind: 'session'
      readonly first: EventView
      readonly last: EventView
      /** What was last said in words; a piece of a tool call says nothing to a reader. */
      readonly said: string
      readonly count: number
    }

/** The log to be read: events in order, the chatter of every session gathered where it last spoke. */
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
      said: wordsOf(event) ?? before?.said ?? '',
      count: (before?.count ?? 0) + 1,
    })
  }
  flush()
  return rows
}

function wordsOf(event: EventView): string | null {
  const line = event.message.trim().split('\n', 1)[0] ?? ''
  return line === '' || line === `tool call ${String(event.data['id'])}` ? null : line
}
