import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { isRoot, trialUid } from '../../src/sandbox/identities.ts'
import { detectWalls, type DetectedWalls } from '../../src/sandbox/walls.ts'
import { until } from '../../test/helpers/until.ts'
import { openDoor } from '../door.ts'
import { treeOf } from '../memory.ts'
import type { Product } from './product.ts'

/** A product that answers. */
export interface Running {
  /** Its own process, inside the walls. */
  readonly pid: number
  /** Milliseconds from the moment its program began. */
  readonly aliveMs: number
  /** Waits until it is ready; resolves with the milliseconds from the same moment. */
  ready(): Promise<number>
  stop(): Promise<void>
}

export interface RunOptions {
  readonly place: string
  /** The directory of the Node that products find in their PATH. */
  readonly nodeDir: string
  readonly args?: readonly string[]
  /** Nothing is started any more once it is aborted. */
  readonly signal: AbortSignal
  /** Called with its pid when its program begins. */
  readonly onBegin?: (pid: number) => void
}

const START_MS = 30_000
/** How long it may take to stop before it is killed. */
const STOP_MS = 10_000
/** Between two looks at whether it answers. */
const LOOK_MS = 5
/** Says that the walls stand, and becomes the program; what that says goes to its log. */
const GATE = 'cd "$0" && echo && exec "$@" >&2'
/** Some want one before they start. Nobody can be asked with it, and there is no network. */
const KEYS = { ANTHROPIC_API_KEY: 'sk-ant-none', OPENAI_API_KEY: 'sk-none' }
const NO_CALLS_HOME = { DO_NOT_TRACK: '1', NO_UPDATE_NOTIFIER: '1', CI: '1' }

const started = new Set<ChildProcess>()
let walls: Promise<DetectedWalls> | null = null

/** Starts a product and waits until it answers. */
export async function runProduct(product: Product, options: RunOptions): Promise<Running> {
  const logFile = path.join(options.place, 'log')
  const child = await spawnBehindWalls(product, options, logFile)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  started.add(child)
  const over = ended.then(() => {
    started.delete(child)
    throw new Error(`it ended: ${lastWords(logFile)}`)
  })
  over.catch(() => undefined)
  await Promise.race([firstByte(child), over])
  const begun = performance.now()
  const pid = programOf(child.pid ?? 0)
  options.onBegin?.(pid)
  const since = async (address: string): Promise<number> => {
    const answered = answer(product, address).catch((error: unknown) => {
      throw new Error(`${String(error)}; it said: ${lastWords(logFile)}`)
    })
    await Promise.race([answered, over])
    return performance.now() - begun
  }
  const aliveMs = await since(product.alive)
  const stop = async (): Promise<void> => {
    send(pid, 'SIGTERM')
    await until('the end of a product', STOP_MS, () =>
      Promise.resolve(started.has(child) ? null : true),
    ).catch(() => killGroup(child))
    await ended
  }
  return { pid, aliveMs, ready: () => since(product.ready), stop }
}

/** Kills whatever was started and has not ended. */
export async function endProducts(): Promise<void> {
  for (const child of started) killGroup(child)
  await until('the end of what was started', STOP_MS, () => Promise.resolve(started.size === 0 ? true : null))
}

/** The walls die with the process that puts them up, and everything inside dies with them. */
function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) send(-child.pid, 'SIGKILL')
}

/** Sends a signal to what may have ended already. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

async function spawnBehindWalls(
  product: Product,
  { place, nodeDir, signal, args = [] }: RunOptions,
  logFile: string,
): Promise<ChildProcess> {
  const around = product.isForeign ? await wallsAround(product, place) : { argv: [], args: [] }
  const { argv, cwd, env } = product.command(place)
  const environment = {
    PATH: [nodeDir, '/usr/local/bin', '/usr/bin', '/bin'].join(path.delimiter),
    HOME: place,
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    ...KEYS,
    ...NO_CALLS_HOME,
    ...env,
  }
  const pairs = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const [program = '', ...rest] = [
    ...around.argv,
    '/usr/bin/env',
    '-i',
    ...pairs,
    '/bin/sh',
    '-c',
    GATE,
    cwd,
    ...argv,
    ...args,
  ]
  signal.throwIfAborted()
  const log = fs.openSync(logFile, 'w', 0o666)
  const child = spawn(program, rest, {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'pipe', log, 'ignore', 'ignore', 'pipe'],
    detached: true,
  })
  fs.closeSync(log)
  const words: unknown = Array.from<unknown>(child.stdio)[5]
  if (words instanceof net.Socket)
    words.on('error', () => undefined).end(around.args.map((word) => `${word}\0`).join(''))
  return child
}

/** Walls around a product that is somebody else's: only its own place can be written, and it is nobody who owns a file. */
async function wallsAround(product: Product, place: string): Promise<ReturnType<DetectedWalls['around']>> {
  walls ??= detectWalls()
  const found = await walls
  if (found.walls !== 'bubblewrap') throw new Error(`no walls for it: ${found.reason ?? found.walls}`)
  const uid = isRoot() ? trialUid : null
  if (uid !== null) execFileSync('chown', ['-R', `${uid}:${uid}`, place])
  return found.around({ writable: [place], readable: product.readable, masked: [] }, uid)
}

function firstByte(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.stdout?.once('data', () => resolve())
  })
}

/** Waits until an address answers 200. */
async function answer({ url }: Product, address: string): Promise<void> {
  const door = openDoor({ url })
  try {
    await until(
      `an answer of ${address}`,
      START_MS,
      async () => ((await door.get(address)).status === 200 ? true : null),
      LOOK_MS,
    )
  } finally {
    door.close()
  }
}

/** Returns the pid of the program behind bubblewrap, which waits in one process for another that is the first inside. */
function programOf(pid: number): number {
  const inner = treeOf(pid).find((of) => fs.readFileSync(`/proc/${of}/comm`, 'utf8').trim() !== 'bwrap')
  if (inner === undefined) throw new Error('its program could not be found')
  return inner
}

/** Returns the line of a log that says why, or its last one. */
function lastWords(logFile: string): string {
  const lines = fs
    .readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const line = lines.findLast((one) => /error/i.test(one)) ?? lines.at(-1) ?? 'it said nothing'
  return line.trim().slice(0, 300)
}
