import fs from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { writeInside } from '../../lib/inside-files.ts'
import { drained } from '../../sandbox/drained.ts'
import type { Sandboxed } from '../../sandbox/launcher.ts'
import { firstOf } from '../session/first-of.ts'
import { SessionError } from '../session/session-error.ts'
import type { Session } from '../session/session.ts'
import { watchTurn } from '../session/watch-turn.ts'
import type { SessionUpdate } from '../backend.ts'
import type { PromptBy, SessionLimits } from '../profile.ts'

export interface CommandSessionOptions {
  /** Starts the program inside its walls, with these words after its own. */
  readonly start: (words: readonly string[], signal: AbortSignal) => Promise<Sandboxed>
  readonly by: PromptBy
  /** Where a prompt is left that comes as a file: the program can read it, and it is no part of its work. */
  readonly home: string
  readonly limits: SessionLimits
  readonly maxBytes: number
  readonly model: string | null
  readonly onUpdate: (update: SessionUpdate) => void
}

/** The longest argument that Linux lets a program have, less some room for what is around it. */
const ARGUMENT_BYTES = 120_000
/** The end of what it wrote that explains its end. */
const TAIL_CHARS = 500

/**
 * A session with a program that speaks no protocol: each turn starts it with the prompt, what it writes is what it says,
 * and its exit is the end of its turn. It remembers nothing, so every turn after the first is told the first prompt again.
 */
export function openCommandSession(options: CommandSessionOptions): Session {
  const running = new Set<Sandboxed>()
  let first: string | null = null
  let turns = 0
  return {
    id: 'command',
    origin: 'new',
    model: options.model,
    usage: () => null,
    async prompt(text, signal) {
      turns += 1
      const prompt = first === null ? text : again(first, text)
      first ??= text
      const child = await begin(options, prompt, turns, signal)
      running.add(child)
      try {
        await listen(options, child, signal)
        return { stopReason: 'end_turn' }
      } finally {
        await child.kill()
        running.delete(child)
      }
    },
    async close() {
      await Promise.all([...running].map((child) => child.kill()))
    },
  }
}

function again(first: string, text: string): string {
  return `${first}\n\n---\n\nYou have worked on this already; what you did is in the files here. Now this:\n\n${text}`
}

async function begin(
  options: CommandSessionOptions,
  prompt: string,
  turn: number,
  signal: AbortSignal,
): Promise<Sandboxed> {
  switch (options.by) {
    case 'argument': {
      if (Buffer.byteLength(prompt) > ARGUMENT_BYTES)
        throw new SessionError(
          `The prompt is longer than an argument can be (${ARGUMENT_BYTES} bytes): give it to the program on stdin, or as a file.`,
        )
      const child = await options.start([prompt], signal)
      child.stdin.end()
      return child
    }
    case 'stdin': {
      const child = await options.start([], signal)
      child.stdin.end(prompt)
      return child
    }
    case 'file': {
      const name = `prompt-${turn}.md`
      await fs.promises.mkdir(options.home, { recursive: true, mode: 0o700 })
      await writeInside(options.home, name, prompt)
      const child = await options.start([path.join(options.home, name)], signal)
      child.stdin.end()
      return child
    }
  }
}

/** What it writes becomes updates: its stdout what it says, its stderr what it thinks. Throws unless it exits with 0. */
async function listen(options: CommandSessionOptions, child: Sandboxed, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<never>()
  over.promise.catch(() => undefined)
  const watch = watchTurn(options.limits, over.reject)
  let chars = 0
  let tail = ''
  const hear = (kind: 'message' | 'thought', text: string): void => {
    watch.heard()
    chars += text.length
    if (chars > options.maxBytes)
      over.reject(
        new SessionError(`The program flooded its session: it wrote more than ${options.maxBytes / 1e6} MB.`),
      )
    tail = (tail + text).slice(-TAIL_CHARS)
    const clean = stripVTControlCharacters(text)
    if (clean !== '') options.onUpdate({ kind, text: clean })
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => hear('message', text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => hear('thought', text))
  try {
    const { code, signal: killer } = await firstOf([child.exited, over.promise], signal)
    await drained(child.stdout, child.stderr)
    if (code === 0) return
    const how = killer === null ? `exit code ${code ?? 'unknown'}` : `signal ${killer}`
    const wrote = stripVTControlCharacters(tail).trim()
    throw new SessionError(`The program ended with ${how}.${wrote === '' ? '' : ` It wrote: ${wrote}`}`)
  } finally {
    watch.stop()
  }
}
