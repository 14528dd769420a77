import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { AppError } from '../../lib/app-error.ts'
import { chance, randomId } from '../../lib/chance.ts'
import { pause } from '../../lib/timers.ts'

/**
 * Allows one process per data directory. The lock is a listening Unix socket: it ends with its holder in every case, and a
 * process that finds it taken asks it for the holder's pid. Sockets are numbered: the one after a dead one is taken by a
 * link, which succeeds for one process only, and a lock is never moved or replaced, so that two starting servers cannot
 * both win.
 */
export interface DirectoryLock {
  release(): Promise<void>
}

const ASK_MS = 1500
const ROUNDS = 20
const ROUND_MS = 25
const LOCK = /^lock\.(?:(\d+)\.)?sock$/

/** Takes the lock, or throws `AppError('data_dir_in_use')` with the holder's pid, within two seconds. */
export async function lockDirectory(dir: string): Promise<DirectoryLock> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const holder = await holderOf(dir, null)
    if (holder !== null) throw inUse(`The data directory ${dir} is in use by process ${holder}`)
    const lock = await acquire(dir)
    if (lock !== null) return lock
    await pause(chance() * ROUND_MS)
  }
  throw inUse(`The data directory ${dir} could not be locked, because another server is starting on it`)
}

function inUse(problem: string): AppError {
  return new AppError('data_dir_in_use', `${problem}: stop that server, or pass another --data-dir.`)
}

/** Takes the lock after the newest; returns null when another process has taken one meanwhile. */
async function acquire(dir: string): Promise<DirectoryLock | null> {
  const ownSocket = path.join(dir, `lock.${randomId()}`)
  const server = await listen(ownSocket)
  const numbers = locksIn(dir)
  const file = path.join(dir, nameOf(Math.max(0, ...numbers) + 1))
  try {
    fs.linkSync(ownSocket, file)
  } catch (error) {
    await close(server)
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null
    throw error
  } finally {
    fs.rmSync(ownSocket, { force: true })
  }
  // A process that read the directory while there was no lock may have taken a lower number.
  if ((await holderOf(dir, file)) !== null) {
    await release(server, file)
    return null
  }
  for (const number of numbers) fs.rmSync(path.join(dir, nameOf(number)), { force: true })
  return { release: () => release(server, file) }
}

function nameOf(number: number): string {
  return number === 0 ? 'lock.sock' : `lock.${number}.sock`
}

function locksIn(dir: string): number[] {
  return fs.readdirSync(dir).flatMap((name) => {
    const found = LOCK.exec(name)
    return found === null ? [] : [Number(found[1] ?? 0)]
  })
}

/** Returns the pid of a process that holds a lock other than `mine`; null when there is none. */
async function holderOf(dir: string, mine: string | null): Promise<string | null> {
  const files = locksIn(dir)
    .map((number) => path.join(dir, nameOf(number)))
    .filter((file) => file !== mine)
  const holders = await Promise.all(files.map(askHolder))
  return holders.find((holder) => holder !== null) ?? null
}

/**
 * Listens on a socket that answers with its holder's pid. The path is made relative, because a socket's address has 107
 * bytes.
 */
function listen(file: string): Promise<net.Server> {
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.end(String(process.pid))
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(short(file), () => {
      server.unref()
      resolve(server)
    })
  })
}

function short(file: string): string {
  const relative = path.relative(process.cwd(), file)
  return relative.length < file.length ? relative : file
}

/** Returns the holder's pid; `unknown` when it does not answer in time; null when no process listens. */
function askHolder(file: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = net.connect(short(file))
    let answer = ''
    socket.setTimeout(ASK_MS, () => {
      socket.destroy()
      resolve('unknown')
    })
    socket.on('data', (chunk) => {
      answer += chunk.toString()
    })
    socket.on('end', () => resolve(answer === '' ? 'unknown' : answer))
    socket.on('error', () => resolve(null))
  })
}

function close(server: net.Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

async function release(server: net.Server, file: string): Promise<void> {
  fs.rmSync(file, { force: true })
  await close(server)
}
