import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { AppError } from '../lib/app-error.ts'

/**
 * One process per data directory. The lock is a listening Unix socket: it vanishes with its holder, however that
 * ends, and whoever finds it taken asks it for the holder's pid. A socket file that nobody listens on is left over
 * from a killed holder and is replaced by rename, so that two starters cannot both win.
 */
export interface DirectoryLock {
  release(): Promise<void>
}

const ASK_MS = 1500

/** Takes the lock or throws `AppError('data_dir_in_use')` naming the holder's pid, within two seconds. */
export async function lockDirectory(dir: string): Promise<DirectoryLock> {
  const file = path.join(dir, 'lock.sock')
  for (let round = 0; round < 5; round += 1) {
    const mine = path.join(dir, `lock.${process.pid}.${round}`)
    const server = await listen(mine)
    try {
      fs.linkSync(mine, file)
      fs.rmSync(mine)
      return { release: () => release(server, file) }
    } catch (error) {
      await close(server)
      fs.rmSync(mine, { force: true })
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error
    }
    const holder = await askHolder(file)
    if (holder !== null) {
      throw new AppError(
        409,
        'data_dir_in_use',
        `The data directory ${dir} is in use by process ${holder}: stop that server, or pass another --data-dir.`,
      )
    }
    removeStale(dir, file)
  }
  throw new AppError(
    409,
    'data_dir_in_use',
    `The data directory ${dir} could not be locked: another server is starting on it.`,
  )
}

/** The socket answers with the pid of its holder. The path is made relative: a socket's address has 107 bytes. */
function listen(file: string): Promise<net.Server> {
  fs.rmSync(file, { force: true })
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

/** The holder's pid; `unknown` when it holds but does not answer in time; null when nobody listens. */
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

/** Moves the stale file aside first: of two that try, one rename succeeds and the other finds nothing to move. */
function removeStale(dir: string, file: string): void {
  const aside = path.join(dir, `stale.${process.pid}`)
  try {
    fs.renameSync(file, aside)
    fs.rmSync(aside, { force: true })
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error
  }
}

function close(server: net.Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

async function release(server: net.Server, file: string): Promise<void> {
  fs.rmSync(file, { force: true })
  await close(server)
}
