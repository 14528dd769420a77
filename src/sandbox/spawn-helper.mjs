// The small process that starts all others. A spawn from a large process blocks its event loop for tens of milliseconds;
// from this one it does not. It is also their parent: when the server dies, the IPC channel closes and this process exits,
// and with it (bubblewrap's --die-with-parent, each in a PID namespace of its own) everything it started.
//
// Its argument is a private directory for the fifos that become standard output and error. The server opens its ends of
// them between "spawned" and "go"; then their names are removed. The directory is removed with this process, because a
// killed server cannot remove it.
//
// Started programs have no environment, and every program that runs outside the walls is named by its absolute path:
// neither comes from an agent. Descriptors of a child: 3 receives "go", 4 sends "ready", 5 and 6 are read by walls and
// gate.
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import { promisify } from 'node:util'
import { openFifos, openForChild } from './fifos.mjs'

/**
 * Messages in.
 *
 * @typedef {SpawnRequest | { do: 'go' | 'kill' | 'term', id: string } | { do: 'ping' }} Request
 * @typedef {import('./gate.ts').Gated & { do: 'spawn', id: string, cwd: string, socket: string, owner: Owner | null }} SpawnRequest
 */

/**
 * The user to whom the `places` are given with the program `chown`.
 *
 * @typedef {{ uid: number, chown: string, places: readonly string[] }} Owner
 */

/**
 * Messages out.
 *
 * @typedef {{ id: null, said: 'pong' }
 *   | { id: null, said: 'trouble', why: string }
 *   | { id: string, said: 'spawned', pid: number, places: readonly string[] }
 *   | { id: string, said: 'ready' }
 *   | { id: string, said: 'failed', why: string }
 *   | { id: string, said: 'exited', code: number | null, signal: string | null, why: string }} Report
 */

/**
 * A program that was started, with the pipe on which its gate is opened; and its four pipes, from descriptor 3 on.
 *
 * @typedef {{ pid: number, gate: net.Socket }} Child
 * @typedef {readonly [net.Socket, net.Socket, net.Socket, net.Socket]} Pipes
 */

const run = promisify(execFile)
/** @type {Map<string, Child>} */
const children = new Map()
const [, , streamsDir = ''] = process.argv
const fifos = openFifos(streamsDir)

/** The time in ms that bwrap may take to notice that everything in it has ended. */
const KILL_MS = 1000

process.on('disconnect', () => {
  try {
    fs.rmSync(streamsDir, { recursive: true, force: true })
  } finally {
    process.exit(0)
  }
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

/** @param {Report} message */
function send(message) {
  if (process.connected) process.send?.(message)
}

/**
 * Programs that were started and not released yet: the server must still open its ends of the streams.
 *
 * @type {Map<string, { guards: number[], places: string[] }>}
 */
const held = new Map()

/** @param {string} id */
function letGo(id) {
  const started = held.get(id)
  if (started === undefined) return
  const { guards, places } = started
  held.delete(id)
  for (const fd of guards) fs.closeSync(fd)
  for (const place of places) fs.rmSync(place, { force: true })
}

/**
 * Returns the stderr output of walls that could not be put up; nothing else reads it then.
 *
 * @param {number | undefined} guard
 */
function lastWords(guard) {
  if (guard === undefined) return ''
  try {
    const words = Buffer.alloc(500)
    return words.toString('utf8', 0, fs.readSync(guard, words)).trim()
  } catch (error) {
    // It wrote nothing.
    if (codeOf(error) !== 'EAGAIN') throw error
    return ''
  }
}

/**
 * Opens a socket to the server that becomes the input of the child.
 *
 * @param {string} address
 * @param {string} id
 * @returns {Promise<net.Socket>}
 */
function connect(address, id) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(address)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.pause()
      socket.write(`${id}\n`, (error) => (error instanceof Error ? reject(error) : resolve(socket)))
    })
  })
}

/**
 * Pending ownership changes by uid: a second process of a uid waits for the first.
 *
 * @type {Map<number, Promise<unknown>>}
 */
const givenTo = new Map()

/**
 * Changes the owner of directories and everything in them to a uid; links are changed themselves and not followed.
 *
 * @param {Owner} owner
 */
async function giveTo({ uid, chown, places }) {
  if (places.length > 0)
    givenTo.set(uid, run(chown, ['-R', '-P', '-h', `${uid}:${uid}`, '--', ...places], { env: {} }))
  await givenTo.get(uid)
}

/** @param {SpawnRequest} request */
async function start({ id, argv, args, environment, cwd, socket, owner }) {
  /** @type {(() => void)[]} */
  const closers = []
  try {
    const given = owner === null ? null : giveTo(owner)
    const [input, places] = await Promise.all([connect(socket, id), fifos.take(2), given])
    closers.push(() => input.destroy())
    // A program that opens its output by its path must own it.
    if (owner !== null) for (const place of places) fs.chownSync(place, owner.uid, owner.uid)
    const { guards, outputs } = openForChild(places)
    for (const fd of outputs) closers.push(() => fs.closeSync(fd))
    held.set(id, { guards, places })
    const [program = '', ...words] = argv
    const child = spawn(program, words, {
      cwd,
      env: {},
      stdio: [input, ...outputs, 'pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    })
    child.once('error', (error) => {
      children.delete(id)
      letGo(id)
      send({
        id,
        said: 'failed',
        why: codeOf(error) === 'ENOENT' ? `the command "${program}" was not found` : error.message,
      })
    })
    if (child.pid === undefined) return
    /** @type {readonly unknown[]} */
    const pipes = child.stdio.slice(3)
    const [gate, ready, wallsArgs, gateEnvironment] = /** @type {Pipes} */ (pipes)
    children.set(id, { pid: child.pid, gate })
    child.once('exit', (code, signal) => {
      children.delete(id)
      const why = lastWords(held.get(id)?.guards[1])
      letGo(id)
      send({ id, said: 'exited', code, signal, why })
    })
    for (const pipe of [gate, ready, wallsArgs, gateEnvironment]) pipe.on('error', () => {})
    wallsArgs.end(args.map((word) => `${word}\0`).join(''))
    gateEnvironment.end(environment)
    ready.once('data', () => send({ id, said: 'ready' }))
    send({ id, said: 'spawned', pid: child.pid, places })
  } catch (error) {
    letGo(id)
    send({ id, said: 'failed', why: messageOf(error) })
  } finally {
    for (const close of closers) close()
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error)
}

/** @param {number} pid */
function childrenOf(pid) {
  try {
    return fs
      .readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number)
  } catch (error) {
    // The process has ended, or this system has no /proc.
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ESRCH') throw error
    return []
  }
}

/**
 * Returns the programs inside a bubblewrap, which are grandchildren: bwrap itself passes no signals on.
 *
 * @param {number} pid
 */
function innermost(pid) {
  const [init] = childrenOf(pid)
  return init === undefined ? [] : childrenOf(init)
}

/**
 * Kills a tree. The first process of the PID namespace is killed first: the kernel ends everything in it before that
 * process is gone, and bwrap ends after it, so that its exit means that nothing is left.
 *
 * @param {number} pid
 */
function killTree(pid) {
  const inits = childrenOf(pid)
  for (const init of inits) signalOne(init, 'SIGKILL')
  if (inits.length === 0) signalGroup(pid, 'SIGKILL')
  else setTimeout(() => stillOurs(pid) && signalGroup(pid, 'SIGKILL'), KILL_MS).unref()
}

/** @param {Request} message */
function handle(message) {
  if (message.do === 'ping') return send({ id: null, said: 'pong' })
  if (message.do === 'spawn') return void start(message)
  const child = children.get(message.id)
  if (child === undefined) return
  if (message.do === 'go') {
    letGo(message.id)
    child.gate.write('go\n')
  }
  if (message.do === 'kill') killTree(child.pid)
  if (message.do === 'term') {
    const inner = innermost(child.pid)
    if (inner.length === 0) signalGroup(child.pid, 'SIGTERM')
    for (const pid of inner) signalOne(pid, 'SIGTERM')
  }
}
process.on('message', handle)

/** @param {number} pid */
function stillOurs(pid) {
  return [...children.values()].some((child) => child.pid === pid)
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function signalGroup(pid, signal) {
  signalOne(-pid, signal)
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function signalOne(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') send({ id: null, said: 'trouble', why: messageOf(error) })
  }
}
