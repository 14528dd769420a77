/**
 * From a command to a server: the one named by `--url`, else the one that runs on the data directory, else one of the
 * command's own, which ends with the command.
 */
import type { Command } from 'commander'
import { openClient, type Client } from '../client/open-client.ts'
import { ApiError } from '../client/api-error.ts'
import { cliDefaults } from '../config.ts'
import path from 'node:path'
import { Failure } from './failure.ts'
import { startOwnServer, type OwnServer } from './own-server.ts'
import { readServerRecord, readToken } from './server-record.ts'

export interface ServerChoice {
  readonly dataDir: string
  readonly url: string | null
  readonly token: string | null
}

export interface Reached {
  readonly client: Client
  readonly dataDir: string
  /** The server that was started for this command, or null when it was running already. */
  readonly own: OwnServer | null
  close(): Promise<void>
}

/** Adds `--data-dir` and `--url`, and says what they are for in every help text alike. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--data-dir <dir>', 'where Slipway keeps everything (default: SLIPWAY_DATA_DIR or ~/.slipway)')
    .option('--url <url>', 'use the server at this address (token: SLIPWAY_TOKEN or the data directory)')
}

/** The flags, completed by the environment. An explicit `--data-dir` is not overruled by an address from the environment. */
export function serverChoice(flags: { dataDir?: string; url?: string }): ServerChoice {
  const defaults = cliDefaults()
  return {
    dataDir: flags.dataDir === undefined ? defaults.dataDir : path.resolve(flags.dataDir),
    url: flags.url ?? (flags.dataDir === undefined ? defaults.url : null),
    token: defaults.token,
  }
}

/** The running server, or null. Throws when a server was named by its address and does not answer. */
export async function reachRunning(choice: ServerChoice): Promise<Reached | null> {
  const token = choice.token ?? (await readToken(choice.dataDir))
  if (choice.url !== null) {
    const client = openClient({ url: choice.url, token })
    await client.health()
    return { client, dataDir: choice.dataDir, own: null, close: async () => {} }
  }
  const record = await readServerRecord(choice.dataDir)
  if (record === null) return null
  const client = openClient({ url: record.url, token: await readToken(choice.dataDir) })
  return (await answers(client))
    ? { client, dataDir: choice.dataDir, own: null, close: async () => {} }
    : null
}

/** The running server or one of our own; with `workers: 0` an own server answers questions but starts no work. */
export async function reachServer(choice: ServerChoice, own: { workers?: number } = {}): Promise<Reached> {
  const running = await reachRunning(choice)
  if (running !== null) return running
  const server = await startOwnServer({ dataDir: choice.dataDir, ...own })
  const token = await readToken(choice.dataDir)
  if (token === null) {
    await server.stop()
    throw new Failure('the server started, but left no token in its data directory')
  }
  const client = openClient({ url: server.url, token })
  return { client, dataDir: choice.dataDir, own: server, close: () => server.stop() }
}

/** Runs `act` with a server and closes what was opened, whatever happens. */
export async function withServer<T>(
  flags: { dataDir?: string; url?: string },
  act: (client: Client, reached: Reached) => Promise<T>,
): Promise<T> {
  const reached = await reachServer(serverChoice(flags), { workers: 0 })
  try {
    return await act(reached.client, reached)
  } finally {
    await reached.close()
  }
}

/** A record can be stale while its pid has been given to another process: only an answer counts. */
async function answers(client: Client): Promise<boolean> {
  try {
    await client.health()
    return true
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unreachable') return false
    throw error
  }
}
