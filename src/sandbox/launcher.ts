import { fork, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { openAwakeTimer } from '../lib/awake-timer.ts'
import { randomId } from '../lib/chance.ts'
import { isHelperEnded, openHelper } from '../lib/helper.ts'
import { startTimer } from '../lib/timers.ts'
import { gateWith, type Gated } from './gate.ts'
import { isRoot, openIdentities, type Identity } from './identities.ts'
import { outsideProgram } from './outside-program.ts'
import { grantPathAccess } from './open-way.ts'
import { sweep, writeRunFile } from './run-files.ts'
import { makeStreamsDir } from './streams-dir.ts'
import { detectWalls, type Walls } from './walls.ts'

export { sweep } from './run-files.ts'

/**
 * Starts every agent and every check through a small helper process, inside the strongest walls this machine has. The
 * program runs only after the walls stand ("ready") and this process has sent "go", so that a server that is killed at any
 * moment leaves nothing running.
 */
export interface Launcher {
  readonly walls: Walls
  readonly reason: string | null
  launch(spec: LaunchSpec, signal?: AbortSignal): Promise<Sandboxed>
  /** Returns the pids of the outermost processes whose HOME is in this directory. */
  runningIn(dir: string): number[]
  close(): Promise<void>
}

export interface LaunchSpec {
  readonly command: readonly string[]
  readonly cwd: string
  /** The complete environment except HOME and TMPDIR. Names that no shell could export are left out. */
  readonly env: Readonly<Record<string, string>>
  readonly home: string
  readonly writable: readonly string[]
  readonly readable: readonly string[]
  readonly label: string
  /** The standard input: `nothing` is at its end and can be opened by its path. Defaults to `piped`. */
  readonly input?: 'piped' | 'nothing'
}

export interface Sandboxed {
  readonly pid: number
  readonly walls: Walls
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<{ code: number | null; signal: string | null }>
  /** Kills the whole tree at once; resolves when it is gone. Safe to call twice. */
  kill(): Promise<void>
  /** Sends SIGTERM first, then kills after `graceMs`. */
  terminate(graceMs: number): Promise<void>
}

export interface LauncherOptions {
  readonly runDir: string
  readonly masked: readonly string[]
  /** Directories of the programs that put up the walls; defaults to the system's. */
  readonly programDirs?: readonly string[]
  readonly log?: (message: string, fields?: object) => void
}

interface Entry {
  readonly stdin: PromiseWithResolvers<net.Socket>
  readonly spawned: PromiseWithResolvers<Spawned>
  readonly ready: PromiseWithResolvers<void>
  readonly exited: PromiseWithResolvers<{ code: number | null; signal: string | null }>
}

/** A program that was started and waits at the gate. `outputs` are the fifos of its stdout and stderr. */
interface Spawned {
  readonly pid: number
  readonly outputs: readonly string[]
}

/** The time in ms that walls may take to stand on a busy machine. */
const START_MS = 60_000
/** The time in ms that a killed process may take to be gone. */
const KILL_MS = 15_000
/** The maximum number of starts when the helper ends before the program runs. */
const STARTS = 3

export async function openLauncher(options: LauncherOptions): Promise<Launcher> {
  const detected = await detectWalls(options.programDirs)
  const { walls, reason } = detected
  const identities = isRoot() ? openIdentities() : null
  const streamsDir = makeStreamsDir(options.runDir)
  const socket = path.join(streamsDir, 's')
  const entries = new Map<string, Entry>()
  /** The HOME of each process, by pid. */
  const homes = new Map<number, string>()
  const server = await listen(socket, entries)
  const helper = openHelper({
    name: 'The process that starts all others',
    start: () => startHelper(entries, streamsDir, options),
    isBusy: () => entries.size > 0,
    onEnd(error) {
      for (const entry of entries.values()) fail(entry, error)
      entries.clear()
      // Where the walls ensure it, its children end with it; elsewhere their run files are used to end them.
      void sweep(options.runDir)
    },
  })
  await helper.get()

  const commandOf = (spec: LaunchSpec, identity: Identity | null): Gated => {
    const room = {
      writable: [...spec.writable, spec.home],
      readable: spec.readable,
      masked: options.masked,
    }
    return gateWith(detected.around(room, identity?.uid ?? null), spec)
  }

  /** Puts up the walls around the program of `spec`, and opens the gate. */
  const start = async (spec: LaunchSpec): Promise<Sandboxed> => {
    const id = randomId()
    const entry = newEntry()
    fs.mkdirSync(spec.home, { recursive: true, mode: 0o700 })
    const used = await helper.get()
    const identity = identities?.acquire(spec.home) ?? null
    let release = (): void => {
      release = () => undefined
      identities?.release(spec.home)
    }
    const send = (request: string): void => {
      if (used.connected) used.send({ do: request, id }, () => undefined)
    }
    entries.set(id, entry)
    const timer = openAwakeTimer(START_MS, () => {
      fail(entry, new Error(`its walls were not up within ${START_MS / 1000} s`))
      send('kill')
    })
    try {
      if (identity !== null && walls !== 'bubblewrap') grantPathAccess(spec, options.masked)
      const spawned = commandOf(spec, identity)
      used.send(
        { do: 'spawn', id, socket, cwd: '/', ...spawned, owner: ownerOf(spec, identity) },
        () => undefined,
      )
      const { pid, outputs } = await entry.spawned.promise
      const note = writeRunFile(options.runDir, id, pid, spec.label)
      homes.set(pid, spec.home)
      void entry.exited.promise
        .finally(() => {
          release()
          entries.delete(id)
          homes.delete(pid)
          fs.rmSync(note, { force: true })
        })
        .catch(() => undefined)
      await entry.ready.promise
      const streams = { stdin: await entry.stdin.promise, ...openOutputs(outputs) }
      send('go')
      return handle({ pid, walls, ...streams, exited: entry.exited.promise }, send, (error) =>
        fail(entry, error),
      )
    } catch (error) {
      release()
      entries.delete(id)
      void entry.stdin.promise.then((stream) => stream.destroy()).catch(() => undefined)
      throw error
    } finally {
      timer.stop()
    }
  }

  return {
    walls,
    reason,
    async launch(spec, signal) {
      for (let attempt = 1; ; attempt += 1) {
        signal?.throwIfAborted()
        try {
          return await start(spec)
        } catch (error) {
          // The gate was not opened, so that nothing of the program has run.
          if (isHelperEnded(error) && attempt < STARTS) continue
          const reason = error instanceof Error ? error.message : String(error)
          throw new Error(`"${spec.command[0] ?? ''}" could not be started: ${reason}`, { cause: error })
        }
      }
    },
    runningIn: (dir) =>
      [...homes].filter(([, home]) => home.startsWith(`${dir}${path.sep}`)).map(([pid]) => pid),
    async close() {
      await helper.close()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      fs.rmSync(streamsDir, { recursive: true, force: true })
    },
  }
}

/**
 * Returns the owner to whom the helper gives the directories of a launch; null when they stay with this process's own user.
 */
function ownerOf(spec: LaunchSpec, identity: Identity | null): object | null {
  if (identity === null) return null
  const chown = outsideProgram('chown')
  if (chown === null) throw new Error('the program chown is not installed')
  const ownedDirs = identity.isNew ? [...spec.writable, spec.home] : []
  return { uid: identity.uid, chown, places: ownedDirs }
}

function newEntry(): Entry {
  const entry: Entry = {
    stdin: Promise.withResolvers(),
    spawned: Promise.withResolvers(),
    ready: Promise.withResolvers(),
    exited: Promise.withResolvers(),
  }
  for (const promise of [entry.stdin, entry.spawned, entry.ready, entry.exited])
    promise.promise.catch(() => undefined)
  return entry
}

type Started = Pick<Sandboxed, 'pid' | 'walls' | 'exited'> & Streams

/** `send` sends a request to the helper; `abandon` ends the wait for a process that does not end. */
function handle(
  started: Started,
  send: (request: 'kill' | 'term') => void,
  abandon: (error: Error) => void,
): Sandboxed {
  const { stdin, exited } = started
  stdin.on('error', () => undefined)
  let over = false
  void exited
    .finally(() => {
      over = true
      stdin.destroy()
    })
    .catch(() => undefined)
  const ended = async (): Promise<void> => {
    await exited.catch(() => undefined)
  }
  const kill = async (): Promise<void> => {
    if (over) return
    send('kill')
    const timer = openAwakeTimer(KILL_MS, () =>
      abandon(new Error(`it did not end within ${KILL_MS / 1000} s of being killed`)),
    )
    await ended()
    timer.stop()
  }
  return {
    ...started,
    kill,
    async terminate(graceMs) {
      if (!over) send('term')
      const timer = startTimer(graceMs, () => void kill())
      await ended()
      timer.stop()
    },
  }
}

type Streams = Record<'stdin' | 'stdout' | 'stderr', net.Socket>

/** Opens the server's ends of a child's output. The helper holds the other ends, so that no open blocks. */
function openOutputs([stdout = '', stderr = '']: readonly string[]): Omit<Streams, 'stdin'> {
  const open = (file: string): net.Socket =>
    new net.Socket({
      fd: fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK),
      readable: true,
      writable: false,
    })
  return { stdout: open(stdout), stderr: open(stderr) }
}

/** Listens for the connections that become the input of children; their first line is the id of the start. */
function listen(socket: string, entries: ReadonlyMap<string, Entry>): Promise<net.Server> {
  const server = net.createServer({ allowHalfOpen: true }, (connection) => {
    connection.on('error', () => connection.destroy())
    let head = ''
    const onReadable = (): void => {
      for (;;) {
        const byte: unknown = connection.read(1)
        if (!(byte instanceof Buffer)) return
        if (byte[0] !== 10) {
          head += byte.toString()
          continue
        }
        connection.off('readable', onReadable)
        const entry = entries.get(head)
        if (entry === undefined) connection.destroy()
        else entry.stdin.resolve(connection)
        return
      }
    }
    connection.on('readable', onReadable)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, () => resolve(server))
  })
}

interface HelperMessage {
  readonly id: string
  readonly said: 'spawned' | 'ready' | 'failed' | 'exited' | 'trouble' | 'pong'
  readonly pid?: number
  readonly places?: readonly string[]
  readonly why?: string
  readonly code?: number | null
  readonly signal?: string | null
}

function startHelper(
  entries: Map<string, Entry>,
  streamsDir: string,
  options: LauncherOptions,
): ChildProcess {
  const helper = fork(path.join(import.meta.dirname, 'spawn-helper.mjs'), [streamsDir], {
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    execArgv: ['--max-old-space-size=64', '--max-semi-space-size=1'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'json',
  })
  helper.on('message', (message: HelperMessage) => {
    const entry = entries.get(message.id)
    if (message.said === 'trouble') options.log?.('spawn helper', { why: message.why })
    if (entry === undefined) return
    if (message.said === 'spawned')
      entry.spawned.resolve({ pid: message.pid ?? 0, outputs: message.places ?? [] })
    if (message.said === 'ready') entry.ready.resolve()
    if (message.said === 'failed') fail(entry, new Error(message.why ?? 'unknown'))
    if (message.said === 'exited') {
      const detail = message.why ? `: ${message.why}` : ''
      entry.ready.reject(
        new Error(`its walls could not be put up (exit code ${message.code ?? 'none'})${detail}`),
      )
      entry.exited.resolve({ code: message.code ?? null, signal: message.signal ?? null })
    }
  })
  return helper
}

function fail(entry: Entry, error: Error): void {
  for (const promise of [entry.stdin, entry.spawned, entry.ready, entry.exited]) promise.reject(error)
}
