import type { SessionNotification } from '@agentclientprotocol/sdk'
import type { SessionUpdate } from '../backend.ts'
import type { ToolCalls } from './tool-calls.ts'

type AcpUpdate = SessionNotification['update']

/** Converts an ACP session update to Slipway's updates; updates that are irrelevant to people are dropped. */
export function toSessionUpdates(update: AcpUpdate, calls: ToolCalls): SessionUpdate[] {
  switch (update.sessionUpdate) {
    case 'agent_message_chunk':
      return update.content.type === 'text' ? [{ kind: 'message', text: update.content.text }] : []
    case 'agent_thought_chunk':
      return update.content.type === 'text' ? [{ kind: 'thought', text: update.content.text }] : []
    case 'tool_call':
    case 'tool_call_update':
      return [calls.upsert(update)]
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
