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
//
// Messages in:  {do: 'spawn', id, argv, args, environment, cwd, socket, owner}, {do: 'go', id}, {do: 'kill', id},
//               {do: 'term', id}, {do: 'ping'}; where `owner` is {uid, chown, places} or null
// Messages out: {id: null, said: 'pong'} | {id, said: 'spawned', pid, places} | {id, said: 'ready'} |
//               {id, said: 'failed', why} | {id, said: 'exited', code, signal, why}
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import { promisify } from 'node:util'
import { openFifos, openForChild } from './fifos.mjs'

const run = promisify(execFile)
const children = new Map()
const fifos = openFifos(process.argv[2])

/** The time in ms that bwrap may take to notice that everything in it has ended. */
const KILL_MS = 1000

process.on('disconnect', () => {
  try {
    fs.rmSync(process.argv[2], { recursive: true, force: true })
  } finally {
    process.exit(0)
  }
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

function tell(message) {
  if (process.connected) process.send(message)
}

/** Programs that were started and not released yet: the server must still open its ends of the streams. */
const held = new Map()

function letGo(id) {
  const { guards, places } = held.get(id) ?? { guards: [], places: [] }
  held.delete(id)
  for (const fd of guards) fs.closeSync(fd)
  for (const place of places) fs.rmSync(place, { force: true })
}

/** Returns the stderr output of walls that could not be put up; nothing else reads it then. */
function lastWords(guard) {
  if (guard === undefined) return ''
  try {
    const words = Buffer.alloc(500)
    return words.toString('utf8', 0, fs.readSync(guard, words)).trim()
  } catch (error) {
    // It wrote nothing.
    if (error.code !== 'EAGAIN') throw error
    return ''
  }
}

/** Opens a socket to the server that becomes the input of the child. */
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

/** Pending ownership changes by uid: a second process of a uid waits for the first. */
const givenTo = new Map()

/** Changes the owner of directories and everything in them to a uid; links are changed themselves and not followed. */
async function giveTo({ uid, chown, places }) {
  if (places.length > 0)
    givenTo.set(uid, run(chown, ['-R', '-P', '-h', `${uid}:${uid}`, '--', ...places], { env: {} }))
  await givenTo.get(uid)
}

async function start({ id, argv, args, environment, cwd, socket, owner }) {
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
    const [program, ...words] = argv
    const stdio = [input, ...outputs, 'pipe', 'pipe', 'pipe', 'pipe']
    const child = spawn(program, words, { cwd, env: {}, stdio, detached: true })
    child.once('error', (error) => {
      children.delete(id)
      letGo(id)
      tell({
        id,
        said: 'failed',
        why: error.code === 'ENOENT' ? `the command "${program}" was not found` : error.message,
      })
    })
    if (child.pid === undefined) return
    children.set(id, child)
    child.once('exit', (code, signal) => {
      children.delete(id)
      const why = lastWords(held.get(id)?.guards[1])
      letGo(id)
      tell({ id, said: 'exited', code, signal, why })
    })
    for (const pipe of child.stdio.slice(3)) pipe.on('error', () => {})
    child.stdio[5].end(args.map((word) => `${word}\0`).join(''))
    child.stdio[6].end(environment)
    child.stdio[4].once('data', () => tell({ id, said: 'ready' }))
    tell({ id, said: 'spawned', pid: child.pid, places })
  } catch (error) {
    letGo(id)
    tell({ id, said: 'failed', why: error.message })
  } finally {
    for (const close of closers) close()
  }
}

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
    if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error
    return []
  }
}

/** Returns the programs inside a bubblewrap, which are grandchildren: bwrap itself passes no signals on. */
function innermost(pid) {
  const [init] = childrenOf(pid)
  return init === undefined ? [] : childrenOf(init)
}

/**
 * Kills a tree. The first process of the PID namespace is killed first: the kernel ends everything in it before that
 * process is gone, and bwrap ends after it, so that its exit means that nothing is left.
 */
function killTree(pid) {
  const inits = childrenOf(pid)
  for (const init of inits) signalOne(init, 'SIGKILL')
  if (inits.length === 0) signalGroup(pid, 'SIGKILL')
  else setTimeout(() => stillOurs(pid) && signalGroup(pid, 'SIGKILL'), KILL_MS).unref()
}

process.on('message', (message) => {
  if (message.do === 'ping') return tell({ id: null, said: 'pong' })
  if (message.do === 'spawn') return void start(message)
  const child = children.get(message.id)
  if (child === undefined) return
  if (message.do === 'go') {
    letGo(message.id)
    child.stdio[3].write('go\n')
  }
  if (message.do === 'kill') killTree(child.pid)
  if (message.do === 'term') {
    const inner = innermost(child.pid)
    if (inner.length === 0) signalGroup(child.pid, 'SIGTERM')
    for (const pid of inner) signalOne(pid, 'SIGTERM')
  }
})

function stillOurs(pid) {
  return [...children.values()].some((child) => child.pid === pid)
}

function signalGroup(pid, signal) {
  signalOne(-pid, signal)
}

function signalOne(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') tell({ id: null, said: 'trouble', why: error.message })
  }
}
