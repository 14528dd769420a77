import { finished } from 'node:stream/promises'
import {
  RequestError,
  type CreateTerminalRequest,
  type TerminalOutputResponse,
} from '@agentclientprotocol/sdk'
import { randomId } from '../../lib/chance.ts'
import { timeLimit } from '../../lib/timers.ts'
import type { CommandSpec } from '../session/session-host.ts'
import type { Sandboxed } from '../../sandbox/launcher.ts'
import { keepOutput, openPace, type KeptOutput } from './kept-output.ts'

/** The commands that Slipway runs on behalf of an agent, each a process of its own inside the same walls. */
export interface Terminals {
  create(request: CreateTerminalRequest): Promise<string>
  output(id: string): TerminalOutputResponse
  waitForExit(id: string): Promise<{ exitCode: number | null; signal: string | null }>
  kill(id: string): Promise<void>
  release(id: string): Promise<void>
  /** Returns the output of a terminal; null when there is no such terminal. */
  text(id: string): string | null
  /** Kills every command; resolves when all have ended. */
  close(): Promise<void>
}

/** The maximum number of running terminals, and of all terminals of a session, running or ended. */
const RUNNING = 16
const KNOWN = 256
/** The maximum output kept per terminal, and for all terminals of a session together, in bytes. */
const OUTPUT_BYTES = 1_000_000
const SESSION_BYTES = 16_000_000
/** The bytes read from all terminals of a session before a pause, and the length of the pause in ms: 20 MB per second. */
const PACE_BYTES = 1_000_000
const PACE_MS = 50
const DROPPED = `[The output of this terminal is not kept any more: a session keeps ${SESSION_BYTES / 1e6} MB. Read the output of a command before you start many others, and release its terminal.]`
/** The time in ms for which the rest of a command's output is awaited after its end. */
const DRAIN_MS = 1000

interface Entry {
  readonly child: Sandboxed
  readonly kept: KeptOutput
  exit: { exitCode: number | null; signal: string | null } | null
}

export function openTerminals(
  start: (spec: CommandSpec) => Promise<Sandboxed>,
  onOutput: () => void,
): Terminals {
  const entries = new Map<string, Entry>()
  const pace = openPace(PACE_BYTES, PACE_MS)
  let closed = false
  let starting = 0
  const find = (id: string): Entry => {
    const entry = entries.get(id)
    if (entry === undefined) throw RequestError.resourceNotFound(`terminal ${id}`)
    return entry
  }
  return {
    async create(request) {
      if (closed) throw RequestError.invalidRequest(undefined, 'the session is over')
      makeRoom(entries, starting)
      starting += 1
      const child = await start(specOf(request)).finally(() => {
        starting -= 1
      })
      child.stdin.end()
      const limit = Math.min(request.outputByteLimit ?? OUTPUT_BYTES, OUTPUT_BYTES)
      const kept = keepOutput([child.stdout, child.stderr], limit, (stream, bytes) => {
        onOutput()
        pace.read(stream, bytes)
      })
      const entry: Entry = { child, kept, exit: null }
      void exitOf(entry).then(() => dropOldest(entries))
      const id = randomId()
      entries.set(id, entry)
      if (closed) await child.kill()
      return id
    },
    output(id) {
      const { kept, exit } = find(id)
      return { ...kept.read(), exitStatus: exit }
    },
    waitForExit: (id) => exitOf(find(id)),
    kill: (id) => find(id).child.kill(),
    async release(id) {
      await find(id).child.kill()
      entries.delete(id)
    },
    text: (id) => entries.get(id)?.kept.read().output ?? null,
    async close() {
      closed = true
      pace.end()
      await Promise.all([...entries.values()].map(({ child }) => child.kill()))
    },
  }
}

function specOf({ command, args = [], env = [], cwd = null }: CreateTerminalRequest): CommandSpec {
  return {
    // Without arguments it is a line for the shell: that is how agents send commands written by their models.
    command: args.length === 0 ? ['/bin/sh', '-c', command] : [command, ...args],
    cwd,
    env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
  }
}

/** Throws when too many terminals run; removes the oldest of those that have ended and were not released. */
function makeRoom(entries: Map<string, Entry>, starting: number): void {
  const ended = [...entries].filter(([, entry]) => entry.exit !== null)
  if (entries.size - ended.length + starting >= RUNNING)
    throw RequestError.invalidRequest(
      undefined,
      `${RUNNING} terminals run already, which is the most at once: wait for one to end, or kill one`,
    )
  for (const [id] of ended.slice(0, Math.max(0, entries.size + 1 - KNOWN))) entries.delete(id)
}

/** Keeps the session's output within its limit by dropping the output of ended terminals, which the agent has probably read. */
function dropOldest(entries: ReadonlyMap<string, Entry>): void {
  let sum = [...entries.values()].reduce((all, { kept }) => all + kept.size(), 0)
  for (const { kept, exit } of entries.values()) {
    if (sum <= SESSION_BYTES) return
    if (exit === null || kept.size() === 0) continue
    sum -= kept.size()
    kept.drop(DROPPED)
  }
}

/** Resolves with the exit once the command's output has arrived. */
async function exitOf(entry: Entry): Promise<{ exitCode: number | null; signal: string | null }> {
  const { child } = entry
  const exit = await child.exited.then(
    ({ code, signal }) => ({ exitCode: code, signal }),
    () => ({ exitCode: null, signal: null }),
  )
  const drainLimit = timeLimit(DRAIN_MS)
  await Promise.all(
    [child.stdout, child.stderr].map((stream) => finished(stream, { signal: drainLimit })),
  ).catch(() => undefined)
  entry.exit = exit
  return exit
}
