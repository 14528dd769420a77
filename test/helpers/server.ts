import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { databaseUrlFor } from './test-database.ts'
import { openClient, type Client } from '../../src/client/open-client.ts'

/** A real server process on loopback, with a data directory and (for PostgreSQL) a database of its own. */
export interface TestServer {
  readonly url: string
  readonly token: string
  readonly dataDir: string
  readonly client: Client
  readonly pid: number
  /** `kill -9`, and wait until the process is gone. */
  crash(): Promise<void>
  stop(): Promise<void>
  /** Everything the server wrote on stderr. */
  log(): string
}

export interface TestServerOptions {
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** Flags for Node itself. */
  readonly nodeArgs?: readonly string[]
}

const root = path.join(import.meta.dirname, '..', '..')
const START_MS = 30_000

export function makeDataDir(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-test-'))
}

/** Starts `slipway start` with a clean environment and waits for the address it prints. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? makeDataDir()
  const database = await databaseUrlFor(dataDir)
  const child = spawn(
    process.execPath,
    [
      ...(options.nodeArgs ?? []),
      path.join(root, 'src', 'cli', 'main.ts'),
      'start',
      '--port',
      '0',
      '--data-dir',
      dataDir,
      ...(options.args ?? []),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
        HOME: dataDir,
        SLIPWAY_RETRY_MS: '100',
        SLIPWAY_LOG_LEVEL: 'info',
        ...(database === undefined ? {} : { DATABASE_URL: database }),
        ...options.env,
      },
    },
  )
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-200_000)
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await firstAddress(child, () => log)
  const token = fs.readFileSync(path.join(dataDir, 'token'), 'utf8').trim()
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await ended
  }
  if (child.pid === undefined) throw new Error('the server has no pid')
  return {
    url,
    token,
    dataDir,
    client: openClient({ url, token }),
    pid: child.pid,
    crash: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    log: () => log,
  }
}

function firstAddress(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = ''
    const timer = setTimeout(() => reject(new Error(`the server did not start:\n${out}\n${log()}`)), START_MS)
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      const address = /http:\/\/[^\s?]+:\d+/.exec(out)
      if (address === null) return
      clearTimeout(timer)
      resolve(address[0])
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the server ended with ${code}:\n${out}\n${log()}`))
    })
  })
}
