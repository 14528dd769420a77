import crypto from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { execa } from 'execa'
import pg from 'pg'
import type { TestProject } from 'vitest/node'

/**
 * A private PostgreSQL for tests: its own directory, its own password, loopback only. It ends with the test run, on
 * Linux also when that is killed. As root it runs under another account, because PostgreSQL refuses to run as root.
 * It writes nothing durably: durability is not what these tests are about.
 */
export interface PrivatePostgres {
  /** A connection string for a database of this server. */
  readonly url: (database: string) => string
  /** Makes an empty database and gives its connection string. */
  readonly createDatabase: (name: string) => Promise<string>
  /** Disconnects all clients and stops; `crash` does it like `kill -9`. */
  readonly halt: (how?: 'shutdown' | 'crash') => Promise<void>
  /** Is there again after `halt`, at the same address. */
  readonly resume: () => Promise<void>
  /** Pauses all its processes, like a machine that hangs; returns a function that resumes them. */
  readonly freeze: () => () => void
  /** Ends the server and removes everything it wrote. */
  readonly stop: () => Promise<void>
}

export interface PostgresOptions {
  /** Committed data survive a crash of the server (not of the machine). */
  readonly survivesCrashes?: boolean
  readonly maxConnections?: number
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the maintenance database; set for the project journeys-postgres alone. */
    postgresUrl: string
  }
}

const READY = 'database system is ready to accept connections'
const START_MS = 30_000

/** The account the server runs under: itself when unprivileged, else one that owns nothing else. */
interface Account {
  readonly uid: number
  readonly gid: number
}

/** Starts a server and waits until it answers. Throws a sentence when PostgreSQL is not installed or does not start. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PrivatePostgres> {
  const bin = findBinaries()
  const account = await chooseAccount()
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-pg-'))
  const password = crypto.randomBytes(16).toString('hex')
  const passwordFile = path.join(dir, 'password')
  fs.writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account !== null) for (const place of [dir, passwordFile]) fs.chownSync(place, account.uid, account.gid)

  const remove = (): void => fs.rmSync(dir, { recursive: true, force: true })
  try {
    const data = path.join(dir, 'data')
    const init = ['-D', data, '-U', 'slipway', '-A', 'scram-sha-256', '--pwfile', passwordFile]
    const [initdb, ...initArgs] = command(account, path.join(bin, 'initdb'), [
      ...init,
      '--no-locale',
      '-E',
      'UTF8',
      '--no-sync',
    ])
    await execa(initdb, initArgs, { cwd: dir, stdin: 'ignore', env: { TZ: 'UTC' } })
    const port = await freePort()
    const program = command(account, path.join(bin, 'postgres'), serverArgs(data, dir, port, options))
    let running = await startServer(program, dir)
    const url = (database: string): string => `postgresql://slipway:${password}@127.0.0.1:${port}/${database}`
    return {
      url,
      createDatabase: (name) => createDatabase(url('postgres'), name),
      halt: (how = 'shutdown') => running.end(how === 'crash' ? 'SIGKILL' : 'SIGINT'),
      freeze: () => freezeTree(running.pid),
      async resume() {
        // After a crash its children are gone a moment later than itself.
        for (let tried = 1; ; tried += 1) {
          try {
            running = await startServer(program, dir)
            return
          } catch (error) {
            if (tried === 20) throw error
            await pause(100)
          }
        }
      },
      stop: async () => {
        await running.end('SIGINT')
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** Creates an empty database on the server of `url` and returns its connection string. For use inside test files. */
export async function createDatabase(url: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
  return Object.assign(new URL(url), { pathname: `/${encodeURIComponent(name)}` }).href
}

/** For vitest's `globalSetup`: one server for the whole project; each file makes its own database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  project.provide('postgresUrl', server.url('postgres'))
  return server.stop
}

function serverArgs(
  data: string,
  socketDir: string,
  port: number,
  { survivesCrashes = false, maxConnections = 200 }: PostgresOptions,
): string[] {
  const settings = [
    'fsync=off',
    `synchronous_commit=${survivesCrashes ? 'on' : 'off'}`,
    'full_page_writes=off',
    `max_connections=${maxConnections}`,
    'timezone=UTC',
  ]
  return [
    '-D',
    data,
    '-k',
    socketDir,
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    ...settings.flatMap((setting) => ['-c', setting]),
  ]
}

interface Running {
  readonly pid: number
  readonly end: (signal: NodeJS.Signals) => Promise<void>
}

/** Pauses a process and its children; returns a function that resumes them. */
function freezeTree(pid: number): () => void {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
  const tell = (signal: NodeJS.Signals): void => {
    // One may have ended since.
    for (const one of [pid, ...children]) if (fs.existsSync(`/proc/${one}`)) process.kill(one, signal)
  }
  tell('SIGSTOP')
  return () => tell('SIGCONT')
}

/** Starts the server and resolves once it is ready. */
async function startServer(
  [program, ...args]: readonly [string, ...string[]],
  cwd: string,
): Promise<Running> {
  const server = execa(program, args, {
    cwd,
    stdin: 'ignore',
    stdout: 'ignore',
    buffer: false,
    reject: false,
    forceKillAfterDelay: 10_000,
  })
  const ready = Promise.withResolvers<void>()
  let said = ''
  server.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000)
    if (said.includes(READY)) ready.resolve()
  })
  const ended = server.then(() => ready.reject(new Error(`PostgreSQL ended while starting:\n${said}`)))
  const tooLate = AbortSignal.timeout(START_MS)
  tooLate.addEventListener('abort', () =>
    ready.reject(new Error(`PostgreSQL did not start in time:\n${said}`)),
  )
  ended.catch(() => undefined)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    // SIGINT is a fast shutdown: clients are disconnected without waiting.
    server.kill(signal)
    await server
  }
  try {
    await ready.promise
    return { pid: server.pid ?? 0, end }
  } catch (error) {
    await end('SIGINT')
    throw error
  }
}

/** Runs a program under the account, and has the kernel end it when this process is killed. */
function command(account: Account | null, program: string, args: readonly string[]): [string, ...string[]] {
  if (process.platform !== 'linux') return [program, ...args]
  const become =
    account === null
      ? []
      : ['--reuid', String(account.uid), '--regid', String(account.gid), '--clear-groups', '--inh-caps=-all']
  return ['setpriv', ...become, '--pdeathsig', 'QUIT', program, ...args]
}

async function chooseAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    const uid = await execa('id', ['-u', name], { reject: false })
    const gid = await execa('id', ['-g', name], { reject: false })
    if (uid.exitCode === 0 && gid.exitCode === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and there is neither a user "postgres" nor "nobody" to run it as.',
  )
}

/** The directory with `initdb` and `postgres`: Debian keeps them out of PATH, newest version first. */
function findBinaries(): string {
  const debian = '/usr/lib/postgresql'
  const versions = fs.existsSync(debian) ? fs.readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const places = [
    ...versions.map((version) => path.join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ]
  const found = places.find((place) =>
    ['initdb', 'postgres'].every((program) => fs.existsSync(path.join(place, program))),
  )
  if (found === undefined)
    throw new Error(
      'PostgreSQL is not installed: run sh scripts/test-deps.sh, or install its server package.',
    )
  return found
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const probe = net.createServer()
  probe.once('error', reject)
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    probe.close(() => resolve(port))
  })
  return promise
}
