import { randomUUID } from 'node:crypto'
import { finished } from 'node:stream/promises'
import {
  RequestError,
  type CreateTerminalRequest,
  type TerminalOutputResponse,
} from '@agentclientprotocol/sdk'
import type { Sandboxed } from '../../sandbox/launcher.ts'

/** The commands that an agent lets Slipway run for it, each a process of its own inside the same walls. */
export interface Terminals {
  create(request: CreateTerminalRequest): Promise<string>
  output(id: string): TerminalOutputResponse
  waitForExit(id: string): Promise<{ exitCode: number | null; signal: string | null }>
  kill(id: string): Promise<void>
  release(id: string): Promise<void>
  /** What a terminal has shown; null when there is no such terminal. */
  text(id: string): string | null
  /** Ends every command; resolves when they are gone. */
  close(): Promise<void>
}

/** What a command is started with; its walls and the rest of its environment are the host's affair. */
export interface CommandSpec {
  readonly command: readonly string[]
  readonly cwd: string | null
  readonly env: Readonly<Record<string, string>>
}

/** Terminals at once, and the end of the output that each keeps at most. */
const TERMINALS = 16
const OUTPUT_BYTES = 1_000_000
/** How long after its end the rest of a command's output is waited for. */
const DRAIN_MS = 1000

interface Entry {
  readonly child: Sandboxed
  readonly limit: number
  output: string
  truncated: boolean
  exit: { exitCode: number | null; signal: string | null } | null
}

export function openTerminals(
  start: (spec: CommandSpec) => Promise<Sandboxed>,
  onOutput: () => void,
): Terminals {
  const entries = new Map<string, Entry>()
  let closed = false
  const find = (id: string): Entry => {
    const entry = entries.get(id)
    if (entry === undefined) throw RequestError.resourceNotFound(`terminal ${id}`)
    return entry
  }
  return {
    async create(request) {
      const running = [...entries.values()].filter((entry) => entry.exit === null).length
      if (closed || running >= TERMINALS)
        throw RequestError.invalidRequest(undefined, `there are ${running} terminals already`)
      const { command, args = [], env = [], cwd = null } = request
      const child = await start({
        // Without arguments it is a line for the shell: that is how agents send what their models wrote.
        command: args.length === 0 ? ['/bin/sh', '-c', command] : [command, ...args],
        cwd,
        env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
      })
      child.stdin.end()
      const limit = Math.min(request.outputByteLimit ?? OUTPUT_BYTES, OUTPUT_BYTES)
      const entry: Entry = { child, limit, output: '', truncated: false, exit: null }
      const hear = (text: string): void => {
        onOutput()
        keep(entry, text)
      }
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear)
      void ending(entry)
      const id = randomUUID()
      entries.set(id, entry)
      if (closed) await child.kill()
      return id
    },
    output(id) {
      const { output, truncated, exit } = find(id)
      return { output, truncated, exitStatus: exit }
    },
    waitForExit: (id) => ending(find(id)),
    kill: (id) => find(id).child.kill(),
    async release(id) {
      await find(id).child.kill()
      entries.delete(id)
    },
    text: (id) => entries.get(id)?.output ?? null,
    async close() {
      closed = true
      await Promise.all([...entries.values()].map(({ child }) => child.kill()))
    },
  }
}

/** Its exit counts once what it wrote has arrived. */
async function ending(entry: Entry): Promise<{ exitCode: number | null; signal: string | null }> {
  const { child } = entry
  const exit = await child.exited.then(
    ({ code, signal }) => ({ exitCode: code, signal }),
    () => ({ exitCode: null, signal: null }),
  )
  const late = AbortSignal.timeout(DRAIN_MS)
  await Promise.all([child.stdout, child.stderr].map((stream) => finished(stream, { signal: late }))).catch(
    () => undefined,
  )
  entry.exit = exit
  return exit
}

/** The end is kept, cut at a character. */
function keep(entry: Entry, text: string): void {
  const whole = entry.output + text
  const bytes = Buffer.from(whole)
  if (bytes.byteLength <= entry.limit) {
    entry.output = whole
    return
  }
  entry.truncated = true
  entry.output = bytes
    .subarray(bytes.byteLength - entry.limit)
    .toString('utf8')
    .replace(/^\uFFFD+/, '')
}
