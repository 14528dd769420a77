import type { SessionNotification } from '@agentclientprotocol/sdk'
import type { SessionUpdate } from '../backend.ts'

type AcpUpdate = SessionNotification['update']

/** ACP's session updates in Slipway's words; what people need not see becomes nothing. */
export function toSessionUpdates(update: AcpUpdate): SessionUpdate[] {
  switch (update.sessionUpdate) {
    case 'agent_message_chunk':
      return update.content.type === 'text' ? [{ kind: 'message', text: update.content.text }] : []
    case 'agent_thought_chunk':
      return update.content.type === 'text' ? [{ kind: 'thought', text: update.content.text }] : []
    case 'tool_call':
    case 'tool_call_update':
      return [toToolCall(update)]
    case 'plan':
      return [
        {
          kind: 'plan',
          entries: update.entries.map((entry) => ({ content: entry.content, status: entry.status })),
        },
      ]
    default:
      return []
  }
}

/** A tool call is told in pieces; each piece names only what it changes, and some agents never send the first. */
function toToolCall(
  update: Extract<AcpUpdate, { sessionUpdate: 'tool_call' | 'tool_call_update' }>,
): SessionUpdate {
  const output = (update.content ?? []).flatMap((item) => {
    if (item.type === 'content' && item.content.type === 'text') return [item.content.text]
    if (item.type === 'diff') return [`edited ${item.path}`]
    return []
  })
  return {
    kind: 'tool_call',
    id: update.toolCallId,
    title: update.title ?? null,
    status: update.status ?? null,
    toolKind: update.kind ?? null,
    input: update.rawInput ?? null,
    output: output.length > 0 ? output.join('\n') : null,
    paths: (update.locations ?? []).map((location) => location.path),
  }
}
