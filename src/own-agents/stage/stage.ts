import path from 'node:path'
import type { SessionUpdate, ToolCallContent, ToolKind } from '@agentclientprotocol/sdk'
import { usualReportsDir } from '../../contract/brief.ts'
import { runCommand, type CommandResult } from './child-command.ts'
import { readInside, writeInside } from './workspace-files.ts'

/**
 * The operations of an agent in its workspace. Every read, edit and command is reported to the client as a tool call, stays
 * inside the workspace, and stops when the turn is cancelled (each function then rejects with the signal's reason).
 */
export interface Stage {
  readonly cwd: string
  readonly reports: string
  readonly signal: AbortSignal
  readonly message: (text: string) => Promise<void>
  /** Sends a chunk of a message, or of the agent's thoughts, as it arrives. */
  readonly stream: (kind: 'message' | 'thought', text: string) => Promise<void>
  readonly plan: (steps: readonly string[], done: number) => Promise<void>
  /** Returns the text of a file, or null when there is none. */
  readonly read: (file: string) => Promise<string | null>
  /**
   * Writes a file and reports the diff; returns false when it is unchanged. `content` may depend on the current text (null:
   * no file).
   */
  readonly write: (file: string, content: string | ((before: string | null) => string)) => Promise<boolean>
  /** `ms` is the maximum duration of the command. */
  readonly run: (command: string, ms?: number) => Promise<CommandResult>
  /** Runs a search in the workspace as a tool call: the result of `run` is its output. */
  readonly search: (title: string, input: unknown, run: () => Promise<string>) => Promise<string>
  /** Resolves when all tool calls have ended, including those abandoned when the turn was cancelled. */
  readonly settled: () => Promise<void>
}

export interface StageOptions {
  readonly cwd: string
  /** The directory of this workspace that Slipway calls `.slipway`. */
  readonly reports?: string
  readonly signal: AbortSignal
  /** Sends one session update; resolves when the client can receive more. */
  readonly send: Send
  /** Returns whether the agent may make a change or run a command. */
  readonly ask: (toolCallId: string, title: string, kind: ToolKind) => Promise<boolean>
}

type Send = (update: SessionUpdate) => Promise<void>

/** Thrown by a tool call that was not permitted. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed'
}

export function openStage({ cwd, reports = usualReportsDir, signal, send, ask }: StageOptions): Stage {
  const named = (file: string): string => file.replace(/^\.slipway(?=\/)/, reports)
  const sendUpdate: Send = async (update) => {
    signal.throwIfAborted()
    await send(update)
  }
  const { call, settled } = toolCalls(sendUpdate, send, ask)
  const at = (file: string): CallSubject => ({ input: { path: file }, path: path.join(cwd, file) })
  const stream = (kind: 'message' | 'thought', text: string): Promise<void> =>
    sendUpdate({ sessionUpdate: `agent_${kind}_chunk`, content: { type: 'text', text } })
  return {
    cwd,
    reports,
    signal,
    settled,
    stream,
    message: (text) => stream('message', `${text}\n\n`),
    plan: (steps, done) =>
      sendUpdate({
        sessionUpdate: 'plan',
        entries: steps.map((content, index) => ({
          content,
          priority: 'medium',
          status: statusOf(index, done),
        })),
      }),
    read: (name) => {
      const file = named(name)
      return call(`Read ${file}`, 'read', at(file), async () => {
        const text = await readInside(cwd, file)
        const shown = text === null ? 'There is no such file.' : cut(text)
        return { value: text, failed: false, content: textContent(shown) }
      })
    },
    async write(name, wanted) {
      const file = named(name)
      const before = await readInside(cwd, file)
      const content = typeof wanted === 'string' ? wanted : wanted(before)
      if (before === content) return false
      return call(`Write ${file}`, 'edit', at(file), async () => {
        await writeInside(cwd, file, content)
        const diff = { type: 'diff' as const, path: path.join(cwd, file), oldText: before, newText: content }
        return { value: true, failed: false, content: [diff] }
      })
    },
    run: (command, ms) =>
      call(`$ ${command}`, 'execute', { input: { command } }, async () => {
        const result = await runCommand(command, cwd, signal, ms)
        const outcome = `exit code ${result.exitCode ?? 'none: a signal ended it'}`
        const content = textContent(`${cut(result.output)}\n${outcome}`)
        return { value: result, failed: result.exitCode !== 0, content }
      }),
    search: (title, input, perform) =>
      call(title, 'search', { input }, async () => {
        const value = await perform()
        return { value, failed: false, content: textContent(cut(value)) }
      }),
  }
}

/** The subject of a tool call. */
interface CallSubject {
  readonly input: unknown
  readonly path?: string
}

type ToolCaller = <T>(
  title: string,
  kind: ToolKind,
  about: CallSubject,
  perform: () => Promise<CallResult<T>>,
) => Promise<T>

/** Reports the start and the end of each tool call to the client, including calls that end because the turn was cancelled. */
function toolCalls(
  sendUpdate: Send,
  send: Send,
  ask: StageOptions['ask'],
): { readonly call: ToolCaller; readonly settled: () => Promise<void> } {
  const going = new Set<Promise<unknown>>()
  let calls = 0
  const perform: ToolCaller = async (title, kind, about, run) => {
    const toolCallId = `call-${++calls}`
    const locations = about.path === undefined ? [] : [{ path: about.path }]
    await sendUpdate({
      sessionUpdate: 'tool_call',
      toolCallId,
      title,
      kind,
      status: 'in_progress',
      rawInput: about.input,
      locations,
    })
    try {
      const isHarmless = kind === 'read' || kind === 'search'
      if (!isHarmless && !(await ask(toolCallId, title, kind)))
        throw new NotAllowed(`"${title}" was not allowed.`)
      const { value, failed, content } = await run()
      const status = failed ? 'failed' : 'completed'
      await sendUpdate({ sessionUpdate: 'tool_call_update', toolCallId, status, content })
      return value
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      await send({
        sessionUpdate: 'tool_call_update',
        toolCallId,
        status: 'failed',
        content: textContent(reason),
      })
      throw error
    }
  }
  return {
    async call(title, kind, about, run) {
      const performing = perform(title, kind, about, run)
      going.add(performing)
      try {
        return await performing
      } finally {
        going.delete(performing)
      }
    },
    async settled() {
      await Promise.allSettled(going)
    },
  }
}

interface CallResult<T> {
  readonly value: T
  readonly failed: boolean
  readonly content: ToolCallContent[]
}

/** The maximum number of characters of a file or a command shown in one update. */
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
