/**
 * Finds a server for a command: the one named by `--url`, else the one that runs on the data directory, else one started by
 * the command, which ends with it.
 */
import type { Command } from 'commander'
import { openClient, type Client } from '../../client/open-client.ts'
import { ApiError } from '../../client/api-error.ts'
import { cliDefaults } from '../../config.ts'
import { clock } from '../../lib/clock.ts'
import { pause } from '../../lib/timers.ts'
import path from 'node:path'
import { Failure } from '../failure.ts'
import { DirectoryInUse, startOwnServer, type OwnServer } from './own-server.ts'
import { readServerRecord, readToken } from './server-record.ts'

/** The maximum time in ms to wait for a server that is starting or stopping. */
const inUseLimitMs = 30_000
const retryMs = 200

export interface ServerChoice {
  readonly dataDir: string
  readonly url: string | null
  readonly token: string | null
}

export interface ServerConnection {
  readonly client: Client
  readonly dataDir: string
  /** The server that was started for this command; null when it was already running. */
  readonly own: OwnServer | null
  /** Whether it is the server of another command, which may end before this one. */
  readonly isShared: boolean
  close(): Promise<void>
}

/** Adds `--data-dir` and `--url`, with the same help text for every command. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--data-dir <dir>', 'where Slipway keeps everything (default: SLIPWAY_DATA_DIR or ~/.slipway)')
    .option('--url <url>', 'use the server at this address (token: SLIPWAY_TOKEN or the data directory)')
}

/** Completes the flags from the environment. An explicit `--data-dir` is not overridden by an address from the environment. */
export function serverChoice(flags: { dataDir?: string; url?: string }): ServerChoice {
  const defaults = cliDefaults()
  return {
    dataDir: flags.dataDir === undefined ? defaults.dataDir : path.resolve(flags.dataDir),
    url: flags.url ?? (flags.dataDir === undefined ? defaults.url : null),
    token: defaults.token,
  }
}

/** Returns the running server, or null. Throws when a server was named by its address and does not respond. */
export async function connectToRunning(choice: ServerChoice): Promise<ServerConnection | null> {
  const token = choice.token ?? (await readToken(choice.dataDir))
  if (choice.url !== null) {
    const client = openClient({ url: choice.url, token })
    await client.health()
    return { client, dataDir: choice.dataDir, own: null, isShared: false, close: async () => {} }
  }
  const record = await readServerRecord(choice.dataDir)
  if (record === null) return null
  const client = openClient({ url: record.url, token: await readToken(choice.dataDir) })
  return (await answers(client))
    ? {
        client,
        dataDir: choice.dataDir,
        own: null,
        isShared: record.of_command,
        close: async () => {},
      }
    : null
}

/** Returns the running server or starts one; with `workers: 0` a started server answers requests but starts no work. */
export async function connectToServer(
  choice: ServerChoice,
  own: { workers?: number } = {},
): Promise<ServerConnection> {
  const deadline = clock.now() + inUseLimitMs
  for (;;) {
    const running = await connectToRunning(choice)
    if (running !== null) return running
    try {
      return await startAndConnect(choice, own)
    } catch (error) {
      // Another command has just started a server there, or is stopping its own.
      if (!(error instanceof DirectoryInUse) || clock.now() > deadline) throw error
      await pause(retryMs)
    }
  }
}

async function startAndConnect(choice: ServerChoice, own: { workers?: number }): Promise<ServerConnection> {
  const server = await startOwnServer({ dataDir: choice.dataDir, ...own })
  const token = await readToken(choice.dataDir)
  if (token === null) {
    await server.stop()
    throw new Failure('the server started, but left no token in its data directory')
  }
  const client = openClient({ url: server.url, token })
  return { client, dataDir: choice.dataDir, own: server, isShared: false, close: () => server.stop() }
}

/** Runs `run` with a server and closes everything afterwards, even on errors. */
export async function withServer<T>(
  flags: { dataDir?: string; url?: string },
  run: (client: Client, connection: ServerConnection) => Promise<T>,
): Promise<T> {
  for (;;) {
    const connection = await connectToServer(serverChoice(flags), { workers: 0 })
    try {
      return await run(connection.client, connection)
    } catch (error) {
      // Its owner ended before any request was sent: nothing is done twice.
      if (!(connection.isShared && wasRefused(error))) throw error
    } finally {
      await connection.close()
    }
  }
}

function wasRefused(error: unknown): boolean {
  if (!(error instanceof ApiError && error.code === 'unreachable')) return false
  const cause = error.cause instanceof Error ? (error.cause.cause ?? error.cause) : null
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}

/** Whether the server responds. A record can be stale while its pid has been given to another process. */
async function answers(client: Client): Promise<boolean> {
  try {
    await client.health()
    return true
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unreachable') return false
    throw error
  }
}
