import path from 'node:path'
import type { SessionUpdate, ToolCallContent, ToolKind } from '@agentclientprotocol/sdk'
import { runCommand, type CommandResult } from './child-command.ts'
import { readInside, writeInside } from './workspace-files.ts'

/**
 * Where a role is played: the hands of the agent. Everything it does in the workspace goes through here, so that
 * every read, edit and command is told to the client as a tool call, stays inside the workspace, and stops when the
 * turn is cancelled (each function then rejects with the signal's reason).
 */
export interface Stage {
  readonly cwd: string
  readonly signal: AbortSignal
  readonly say: (text: string) => Promise<void>
  readonly plan: (steps: readonly string[], done: number) => Promise<void>
  /** The text of a file, or null when there is none. */
  readonly read: (file: string) => Promise<string | null>
  /** Writes a file and shows the difference; false when it already was so. */
  readonly write: (file: string, content: string) => Promise<boolean>
  readonly run: (command: string) => Promise<CommandResult>
}

type Send = (update: SessionUpdate) => Promise<void>

/** `send` delivers one session update; it resolves when the client may be sent more. */
export function openStage(cwd: string, signal: AbortSignal, send: Send): Stage {
  const tell: Send = async (update) => {
    signal.throwIfAborted()
    await send(update)
  }
  const call = toolCalls(tell, send)
  const at = (file: string): Place => ({ input: { path: file }, path: path.join(cwd, file) })
  return {
    cwd,
    signal,
    say: (text) =>
      tell({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: `${text}\n\n` } }),
    plan: (steps, done) =>
      tell({
        sessionUpdate: 'plan',
        entries: steps.map((content, index) => ({
          content,
          priority: 'medium',
          status: statusOf(index, done),
        })),
      }),
    read: (file) =>
      call(`Read ${file}`, 'read', at(file), async () => {
        const text = await readInside(cwd, file)
        const shown = text === null ? 'There is no such file.' : cut(text)
        return { value: text, failed: false, content: textContent(shown) }
      }),
    async write(file, content) {
      const before = await readInside(cwd, file)
      if (before === content) return false
      return call(`Write ${file}`, 'edit', at(file), async () => {
        await writeInside(cwd, file, content)
        const diff = { type: 'diff' as const, path: path.join(cwd, file), oldText: before, newText: content }
        return { value: true, failed: false, content: [diff] }
      })
    },
    run: (command) =>
      call(`$ ${command}`, 'execute', { input: { command } }, async () => {
        const result = await runCommand(command, cwd, signal)
        const ending = `exit code ${result.exitCode ?? 'none: a signal ended it'}`
        const content = textContent(`${cut(result.output)}\n${ending}`)
        return { value: result, failed: result.exitCode !== 0, content }
      }),
  }
}

/** What a tool call is about. */
interface Place {
  readonly input: unknown
  readonly path?: string
}

type ToolCaller = <T>(title: string, kind: ToolKind, about: Place, act: () => Promise<Told<T>>) => Promise<T>

/** Tells the client when a tool call begins and how it ends, also when it ends because the turn was cancelled. */
function toolCalls(tell: Send, send: Send): ToolCaller {
  let calls = 0
  return async (title, kind, about, act) => {
    const toolCallId = `call-${++calls}`
    const locations = about.path === undefined ? [] : [{ path: about.path }]
    await tell({
      sessionUpdate: 'tool_call',
      toolCallId,
      title,
      kind,
      status: 'in_progress',
      rawInput: about.input,
      locations,
    })
    try {
      const { value, failed, content } = await act()
      const status = failed ? 'failed' : 'completed'
      await tell({ sessionUpdate: 'tool_call_update', toolCallId, status, content })
      return value
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      await send({
        sessionUpdate: 'tool_call_update',
        toolCallId,
        status: 'failed',
        content: textContent(why),
      })
      throw error
    }
  }
}

interface Told<T> {
  readonly value: T
  readonly failed: boolean
  readonly content: ToolCallContent[]
}

/** Text of a file or a command shown in one update. */
const SHOWN_CHARS = 8000

function cut(text: string): string {
  return text.length <= SHOWN_CHARS
    ? text
    : `${text.slice(0, SHOWN_CHARS / 2)}\n[...]\n${text.slice(-SHOWN_CHARS / 2)}`
}

function textContent(text: string): ToolCallContent[] {
  return [{ type: 'content', content: { type: 'text', text } }]
}

function statusOf(index: number, done: number): 'completed' | 'in_progress' | 'pending' {
  if (index < done) return 'completed'
  return index === done ? 'in_progress' : 'pending'
}
