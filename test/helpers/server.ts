import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { endWithFile, makeDir } from './made-dirs.ts'
import { databaseUrlFor } from './test-database.ts'
import { openClient, type Client } from '../../src/client/open-client.ts'
import { slipwayProgram } from './program.ts'

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
  /** Everything it wrote on stdout. */
  out(): string
}

export interface TestServerOptions {
  readonly dataDir?: string
  /** Another command line than that of the installation that is tested. */
  readonly program?: string
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** Flags for Node itself. */
  readonly nodeArgs?: readonly string[]
  /** The size in MB of a disk of the server's own under its data directory, which only it and its children see. */
  readonly diskMb?: number
  /** How long the start may take; defaults to 30 s. */
  readonly startMs?: number
  /** Whom the server runs as, where the tests run as root and can choose. */
  readonly uid?: number
  /** A program that is not executable for this server only. */
  readonly without?: string
  /** The file of a certificate that only this server trusts as one of the system's authorities. */
  readonly trusted?: string
  /** Called with the pid of the server as soon as it has one, long before it listens. */
  readonly onSpawn?: (pid: number) => void
}

const START_MS = 60_000

export function makeDataDir(): string {
  return makeDir('slipway-test-')
}

/** Starts `slipway start` with a clean environment and waits for the address it prints. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? makeDataDir()
  const database = await databaseUrlFor(dataDir)
  const compileCache = process.env['NODE_COMPILE_CACHE']
  const [program = '', ...args] = [
    ...inWorldOf(options, dataDir),
    process.execPath,
    ...(options.nodeArgs ?? []),
    options.program ?? slipwayProgram,
    'start',
    '--port',
    '0',
    '--data-dir',
    dataDir,
    ...(options.args ?? []),
  ]
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
      HOME: dataDir,
      SLIPWAY_RETRY_MS: '100',
      SLIPWAY_LOG_LEVEL: 'info',
      ...(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache }),
      ...(database === undefined ? {} : { DATABASE_URL: database }),
      ...options.env,
    },
  })
  endWithFile(child)
  if (child.pid !== undefined) options.onSpawn?.(child.pid)
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-200_000)
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out = (out + chunk.toString()).slice(-200_000)
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    // A program that is not there never begins, and never ends.
    child.once('error', () => resolve())
  })
  const url = await firstAddress(child, options.startMs ?? START_MS, () => log).catch(
    async (error: unknown) => {
      // A server that could not start must have ended before the test is informed.
      child.kill('SIGKILL')
      await ended
      throw error
    },
  )
  if (child.pid === undefined) throw new Error('the server has no pid')
  const seenDir = options.diskMb === undefined ? dataDir : `/proc/${child.pid}/root${dataDir}`
  const token = fs.readFileSync(path.join(seenDir, 'token'), 'utf8').trim()
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await ended
  }
  return {
    url,
    token,
    dataDir: seenDir,
    client: openClient({ url, token }),
    pid: child.pid,
    crash: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    log: () => log,
    out: () => out,
  }
}

/** The prefix of the command line of a server that sees another file system than the tests. */
function inWorldOf({ diskMb, without, trusted, uid }: TestServerOptions, dataDir: string): string[] {
  return [
    ...(diskMb === undefined ? [] : onDiskOf(diskMb, dataDir)),
    ...(without === undefined ? [] : withoutProgram(without)),
    ...(trusted === undefined ? [] : trusting(trusted)),
    ...(uid === undefined ? [] : asUid(uid, dataDir)),
  ]
}

/** A mount namespace with a small file system at `dir`; the server takes the place of the shell, so the pid is its. */
function onDiskOf(megabytes: number, dir: string): string[] {
  const script = 'mount -t tmpfs -o "size=$0m,mode=0700" slipway-test "$1" && shift && exec "$@"'
  return [...ownMounts(), 'sh', '-c', script, String(megabytes), dir]
}

function withoutProgram(name: string): string[] {
  const script = 'mount --bind /dev/null "$(command -v "$0")" && exec "$@"'
  return [...ownMounts(), 'sh', '-c', script, name]
}

function trusting(certificate: string): string[] {
  const script = 'mount --bind "$0" /etc/ssl/certs/ca-certificates.crt && exec "$@"'
  return [...ownMounts(), 'sh', '-c', script, certificate]
}

function asUid(uid: number, dir: string): string[] {
  fs.chownSync(dir, uid, uid)
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
}

function ownMounts(): string[] {
  return ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--mount']
}

function firstAddress(child: ChildProcess, startMs: number, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = ''
    const timer = setTimeout(() => {
      reject(new Error(`the server did not start:\n${out}\n${log()}`))
    }, startMs)
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      const address = /http:\/\/[^\s?]+:\d+/.exec(out)
      if (address === null) return
      clearTimeout(timer)
      resolve(address[0])
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the server ended with ${code}:\n${out}\n${log()}`))
    })
  })
}
