import fs from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { writeInside } from '../../lib/inside-files.ts'
import { waitFor } from '../../lib/waiting.ts'
import { drained } from '../../sandbox/drained.ts'
import type { Sandboxed } from '../../sandbox/launcher.ts'
import { SessionError, stopped } from '../session/session-error.ts'
import type { Session } from '../session/session.ts'
import { watchTurn } from '../session/watch-turn.ts'
import type { SessionUpdate } from '../backend.ts'
import type { PromptBy, SessionLimits } from '../profile.ts'

export interface CommandSessionOptions {
  /** Starts the program inside its walls, with `words` as additional arguments. */
  readonly start: (args: readonly string[], signal: AbortSignal) => Promise<Sandboxed>
  readonly by: PromptBy
  /** The directory for prompts that are passed as a file: readable by the program, and not part of its work. */
  readonly home: string
  readonly limits: SessionLimits
  readonly maxBytes: number
  readonly model: string | null
  readonly onUpdate: (update: SessionUpdate) => void
}

/** The maximum length in bytes of a program's argument on Linux, less a margin for what surrounds it. */
const ARGUMENT_BYTES = 120_000
/** The number of characters, from the end of its output, that are quoted to explain its exit. */
const TAIL_CHARS = 500

/**
 * Opens a session with a program that implements no protocol: each turn starts it with the prompt, its output is its
 * message, and its exit ends the turn. The program keeps no state, so every turn after the first repeats the first prompt.
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

/** Turns the program's output into updates: stdout becomes messages, stderr thoughts. Throws unless it exits with 0. */
async function listen(options: CommandSessionOptions, child: Sandboxed, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<never>()
  over.promise.catch(() => undefined)
  const watch = watchTurn(options.limits, over.reject)
  let chars = 0
  let tail = ''
  const onOutput = (kind: 'message' | 'thought', text: string): void => {
    watch.restartSilence()
    chars += text.length
    if (chars > options.maxBytes)
      over.reject(
        new SessionError(`The program flooded its session: it wrote more than ${options.maxBytes / 1e6} MB.`),
      )
    tail = (tail + text).slice(-TAIL_CHARS)
    const clean = stripVTControlCharacters(text)
    if (clean !== '') options.onUpdate({ kind, text: clean })
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => onOutput('message', text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => onOutput('thought', text))
  try {
    const end = Promise.race([child.exited, over.promise])
    const { code, signal: killer } = await waitFor(end, { signal }, () => {
      throw stopped()
    })
    await drained(child.stdout, child.stderr)
    if (code === 0) return
    const how = killer === null ? `exit code ${code ?? 'unknown'}` : `signal ${killer}`
    const wrote = stripVTControlCharacters(tail).trim()
    throw new SessionError(`The program ended with ${how}.${wrote === '' ? '' : ` It wrote: ${wrote}`}`)
  } finally {
    watch.stop()
  }
}
