import type { ToolCallContent, ToolCallUpdate } from '@agentclientprotocol/sdk'
import type { SessionUpdate } from '../backend.ts'

type ToolCallChunk = Extract<SessionUpdate, { kind: 'tool_call' }>

/**
 * The tool calls of a session by id. A call arrives in pieces, each containing only changed fields; some agents never send
 * the first piece, some send the title only with the permission request, some send a command's output in portions.
 */
export interface ToolCalls {
  /** Returns the call as known so far: its title, kind and status, and the other fields that the piece changed. */
  upsert(update: ToolCallUpdate): ToolCallChunk
}

/** The maximum number of characters kept, from the end, of a command's output that arrives in portions. */
const OUTPUT_CHARS = 20_000
/** The maximum number of calls that are remembered. */
const CALLS = 5000

interface ToolCallState {
  title: string | null
  toolKind: string | null
  status: string | null
  streamed: string
}

export function openToolCalls(terminalText: (id: string) => string | null): ToolCalls {
  const calls = new Map<string, ToolCallState>()
  const find = (id: string): ToolCallState => {
    const state = calls.get(id) ?? { title: null, toolKind: null, status: null, streamed: '' }
    if (calls.size >= CALLS && !calls.has(id)) calls.delete(calls.keys().next().value ?? '')
    calls.set(id, state)
    return state
  }
  return {
    upsert(update) {
      const state = find(update.toolCallId)
      state.title = update.title ?? state.title
      state.toolKind = update.kind ?? state.toolKind
      state.status = update.status ?? state.status
      const portion = portionOf(update._meta)
      if (portion !== null) state.streamed = (state.streamed + portion).slice(-OUTPUT_CHARS)
      const content = update.content ?? []
      return {
        kind: 'tool_call',
        id: update.toolCallId,
        title: state.title,
        status: state.status,
        toolKind: state.toolKind,
        input: update.rawInput ?? null,
        output: outputOf(content, terminalText) ?? (portion === null ? null : state.streamed),
        paths: (update.locations ?? []).map((location) => location.path),
        diffs: content.flatMap((item) =>
          item.type === 'diff' ? [{ path: item.path, old: item.oldText ?? null, new: item.newText }] : [],
        ),
      }
    },
  }
}

function outputOf(
  content: readonly ToolCallContent[],
  terminalText: (id: string) => string | null,
): string | null {
  const texts = content.flatMap((item) => {
    if (item.type === 'content') return item.content.type === 'text' ? [item.content.text] : []
    return item.type === 'terminal' ? [terminalText(item.terminalId) ?? ''] : []
  })
  const text = texts.join('\n')
  return text === '' ? null : text
}

/** Returns a portion of a command's output, as some adapters send it outside the protocol. */
function portionOf(meta: unknown): string | null {
  if (typeof meta !== 'object' || meta === null) return null
  const delta: unknown =
    'terminal_output_delta' in meta
      ? meta.terminal_output_delta
      : 'terminal_output' in meta
        ? meta.terminal_output
        : null
  if (typeof delta !== 'object' || delta === null || !('data' in delta)) return null
  return typeof delta.data === 'string' ? delta.data : null
}
