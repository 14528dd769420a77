/**
 * Examines Slipway through its own API: the health and the backends that a server reports, and whether a small job reaches a
 * proven end.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Client } from '../../client/open-client.ts'
import type { CanaryView } from '../../client/views.ts'
import { formatDuration } from '../screen/duration.ts'
import { Failure, sentence } from '../failure.ts'
import { fail, ok, warn, type Finding } from '../finding.ts'
import {
  connectToRunning,
  connectToServer,
  type ServerConnection,
  type ServerChoice,
} from './reach-server.ts'
import { readToken } from './server-record.ts'

const remedies: Readonly<Record<string, string>> = {
  database: 'see server.log in the data directory; a damaged database can be moved elsewhere',
  queue: 'restart the server',
  workspace: 'make room on the disk of the data directory',
  git: 'see server.log in the data directory',
  sandbox: 'install bubblewrap and allow user namespaces',
  worker: 'restart the server',
  program: 'stop the server and start it again: its jobs continue',
  canary: 'slipway doctor runs it again, and so does the server',
  jobs: 'see server.log in the data directory, and the jobs: slipway jobs',
}

/**
 * Examines the server that a person would use: the running one, or one started for this on their data directory without
 * workers.
 */
export async function* examineOwnServer(
  choice: ServerChoice,
  ignored: readonly string[],
): AsyncGenerator<Finding> {
  let connection: ServerConnection | null = null
  try {
    connection = await connectToRunning(choice)
    if (connection !== null) {
      yield ok('server', `running at ${connection.client.url}`)
      yield* examineHealth(connection.client, ignored)
    } else if ((await readToken(choice.dataDir)) !== null) {
      connection = await connectToServer(choice, { workers: 0 })
      yield ok('server', 'not running; it starts and opens its database')
      // Without workers, the loop that claims work is stopped on purpose.
      yield* examineHealth(connection.client, ['worker', ...ignored])
    } else {
      yield ok('server', 'not running; it has never been started on this data directory')
    }
    if (connection !== null) yield* examineBackends(connection.client)
  } catch (error) {
    yield fail(
      'server',
      sentence(error),
      (error instanceof Failure ? error.hint : null) ?? 'slipway start shows more',
    )
  } finally {
    await connection?.close()
  }
}

/**
 * Runs a small job: on the running server, else on a temporary one with a data directory of its own, which is removed
 * afterwards.
 */
export async function* examineCanary(choice: ServerChoice, signal: AbortSignal): AsyncGenerator<Finding> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'slipway-doctor-'))
  let connection: ServerConnection | null = null
  try {
    connection = await connectToRunning(choice)
    if (connection === null) {
      connection = await connectToServer({ dataDir, url: null, token: null })
      yield* examineHealth(connection.client, ['canary'], 'trial ')
    }
    yield judge(await connection.client.runCanary(signal))
  } catch (error) {
    if (signal.aborted) return
    yield fail(
      'canary',
      sentence(error),
      (error instanceof Failure ? error.hint : null) ?? 'slipway start shows more',
    )
  } finally {
    await connection?.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

function judge({ status, duration_ms, job_id, reason }: CanaryView): Finding {
  const duration = formatDuration(duration_ms ?? 0)
  if (status === 'passed') return ok('canary', `a small job was built, proven and delivered in ${duration}`)
  const advice =
    job_id === null ? 'server.log in the data directory has more' : `slipway logs ${job_id} shows it`
  return fail('canary', `failed after ${duration}: ${reason ?? 'no reason given'}`, advice)
}

async function* examineHealth(
  client: Client,
  ignored: readonly string[],
  prefix = '',
): AsyncGenerator<Finding> {
  const { checks } = await client.health()
  for (const [name, check] of Object.entries(checks)) {
    if (ignored.includes(name)) continue
    if (!check.ok) yield fail(`${prefix}${name}`, check.detail, remedies[name] ?? 'restart the server')
    else if (name === 'sandbox') yield examineWalls(`${prefix}sandbox`, check.detail)
    else yield ok(`${prefix}${name}`, check.detail)
  }
}

function examineWalls(name: string, detail: string): Finding {
  if (detail.startsWith('bubblewrap')) return ok(name, detail)
  return warn(
    name,
    `agents work behind lower walls: ${detail}`,
    'install bubblewrap and allow user namespaces',
  )
}

async function* examineBackends(client: Client): AsyncGenerator<Finding> {
  const backends = await client.backends()
  for (const backend of backends) {
    const name = `backend ${backend.name}`
    const detail = `${backend.display_name}${backend.version === null ? '' : ` ${backend.version}`}${backend.default ? ', used unless another is named' : ''}`
    if (backend.available) yield ok(name, detail)
    else
      yield warn(
        name,
        backend.display_name,
        backend.reason ?? 'install it, or remove it: slipway backends remove',
      )
  }
  if (!backends.some((backend) => backend.available))
    yield fail('backends', 'none can work', 'connect one: slipway backends --help')
  else if (!backends.some((backend) => backend.available && backend.kind === 'acp')) {
    yield warn(
      'backends',
      'only the offline demo can work: no model is involved',
      'connect an agent: slipway backends --help',
    )
  }
}
