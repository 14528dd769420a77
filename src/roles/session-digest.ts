import type { EventView } from '../contract/events/event.ts'
import { eventKind } from '../contract/events/event-words.ts'

/** The maximum number of characters kept of one entry, and of a whole session, whose end matters most. */
const LINE_CHARS = 400
const DIGEST_CHARS = 6000

/**
 * Returns a summary of an agent's session, as recorded by Slipway, for the agent that continues it, because an agent's own
 * memory of a session is missing or unreliable. Empty when the session has no messages or actions.
 */
export function sessionDigest(events: readonly EventView[]): string {
  const lines = new Map<string, string>()
  for (const event of events) {
    const text = event.message
      .trim()
      .replaceAll(/\s*\n\s*/g, ' / ')
      .slice(0, LINE_CHARS)
    if (text === '') continue
    const kind = eventKind(event)
    if (kind === 'message') lines.set(String(event.seq), `said: ${text}`)
    if (kind === 'person') lines.set(String(event.seq), `a person said: ${text}`)
    if (kind !== 'tool_call') continue
    const status = typeof event.data['status'] === 'string' ? event.data['status'] : 'begun'
    lines.set(`tool ${String(event.data['id'])}`, `did: ${text} (${status})`)
  }
  const digest = [...lines.values()].map((line) => `- ${line}`).join('\n')
  if (digest.length <= DIGEST_CHARS) return digest
  const end = digest.slice(-DIGEST_CHARS)
  return `[the beginning is left out]\n${end.slice(end.indexOf('\n') + 1)}`
}
