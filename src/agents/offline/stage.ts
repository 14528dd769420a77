import fs from 'node:fs/promises'
import path from 'node:path'
import type { SessionUpdate, ToolCallContent, ToolKind } from '@agentclientprotocol/sdk'
import { runCommand, type CommandResult } from './child-command.ts'

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

/** `send` delivers one session update; it resolves when the client may be sent more. */
export function openStage(
  cwd: string,
  signal: AbortSignal,
  send: (update: SessionUpdate) => Promise<void>,
): Stage {
  let calls = 0
  const tell = async (update: SessionUpdate): Promise<void> => {
    signal.throwIfAborted()
    await send(update)
  }
  const call = async <T>(
    title: string,
    kind: ToolKind,
    input: unknown,
    file: string | null,
    act: () => Promise<Told<T>>,
  ): Promise<T> => {
    const toolCallId = `call-${++calls}`
    const locations = file === null ? [] : [{ path: path.join(cwd, file) }]
    await tell({
      sessionUpdate: 'tool_call',
      toolCallId,
      title,
      kind,
      status: 'in_progress',
      rawInput: input,
      locations,
    })
    try {
      const { value, failed, content } = await act()
      await tell({
        sessionUpdate: 'tool_call_update',
        toolCallId,
        status: failed ? 'failed' : 'completed',
        content,
      })
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
      call(`Read ${file}`, 'read', { path: file }, file, async () => {
        const text = await readInside(cwd, file)
        return {
          value: text,
          failed: false,
          content: textContent(text === null ? 'There is no such file.' : cut(text)),
        }
      }),
    async write(file, content) {
      const before = await readInside(cwd, file)
      if (before === content) return false
      return call(`Write ${file}`, 'edit', { path: file }, file, async () => {
        await writeInside(cwd, file, content)
        const diff: ToolCallContent = {
          type: 'diff',
          path: path.join(cwd, file),
          oldText: before,
          newText: content,
        }
        return { value: true, failed: false, content: [diff] }
      })
    },
    run: (command) =>
      call(`$ ${command}`, 'execute', { command }, null, async () => {
        const result = await runCommand(command, cwd, signal)
        const text = `${cut(result.output)}\nexit code ${result.exitCode ?? 'none: a signal ended it'}`
        return { value: result, failed: result.exitCode !== 0, content: textContent(text) }
      }),
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

/** Files above this size are not ours and not for reading. */
const READ_BYTES = 1_000_000

async function readInside(cwd: string, file: string): Promise<string | null> {
  const target = await insidePath(cwd, file)
  try {
    const { size } = await fs.stat(target)
    if (size > READ_BYTES) throw new Error(`${file} is too large to read`)
    return await fs.readFile(target, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Writes beside the file and renames, so that a killed agent leaves no half of a file. */
async function writeInside(cwd: string, file: string, content: string): Promise<void> {
  const target = await insidePath(cwd, file)
  await fs.mkdir(path.dirname(target), { recursive: true })
  const draft = `${target}.${process.pid}.new`
  await fs.writeFile(draft, content)
  await fs.rename(draft, target)
}

/** The absolute path of a file of the workspace; throws when it, or a symbolic link on the way, leads outside. */
async function insidePath(cwd: string, file: string): Promise<string> {
  const root = await fs.realpath(cwd)
  const target = path.resolve(root, file)
  let existing = target
  for (;;) {
    try {
      const real = await fs.realpath(existing)
      if (real !== root && !real.startsWith(root + path.sep))
        throw new Error(`${file} is outside the workspace`)
      return target
    } catch (error) {
      if (!isMissing(error) || existing === root) throw error
      if (await isLink(existing)) throw new Error(`${file} is a symbolic link to nothing`, { cause: error })
      existing = path.dirname(existing)
    }
  }
}

async function isLink(target: string): Promise<boolean> {
  try {
    return (await fs.lstat(target)).isSymbolicLink()
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
