/**
 * Looks at Slipway itself through its own doors: what a server says about its health and its backends, and whether a
 * small job is really carried to a proven end.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Client } from '../client/open-client.ts'
import type { JobView } from '../client/views.ts'
import { inWords, spanMs } from './duration.ts'
import { Failure, sentence } from './failure.ts'
import { fail, ok, warn, type Finding } from './finding.ts'
import { openNothing } from './job-viewers.ts'
import { reachRunning, reachServer, type Reached, type ServerChoice } from './reach-server.ts'
import { readToken } from './server-record.ts'
import { isOver, watchJob } from './watch-job.ts'

const canaryLimitMs = 180_000
const remedies: Readonly<Record<string, string>> = {
  database: 'look into server.log in the data directory; a damaged database can be moved away',
  queue: 'restart the server',
  workspace: 'make room on the disk of the data directory',
  sandbox: 'install bubblewrap and allow user namespaces',
  worker: 'restart the server',
}

/** The server a person would work with: running, or started for this on their data directory without doing work. */
export async function* examineOwnServer(choice: ServerChoice): AsyncGenerator<Finding> {
  let reached: Reached | null = null
  try {
    reached = await reachRunning(choice)
    if (reached !== null) {
      yield ok('server', `running at ${reached.client.url}`)
      yield* examineHealth(reached.client, [])
    } else if ((await readToken(choice.dataDir)) !== null) {
      reached = await reachServer(choice, { workers: 0 })
      yield ok('server', 'not running; it starts and opens its database')
      // Without workers the loop that claims work stands still, as it was told to.
      yield* examineHealth(reached.client, ['worker'])
    } else {
      yield ok('server', 'not running; it has never been started on this data directory')
    }
    if (reached !== null) yield* examineBackends(reached.client)
  } catch (error) {
    yield fail(
      'server',
      sentence(error),
      (error instanceof Failure ? error.hint : null) ?? 'slipway start says more',
    )
  } finally {
    await reached?.close()
  }
}

/** A server on a data directory of its own, a real job on it, and nothing left of either. */
export async function* examineCanary(signal: AbortSignal): AsyncGenerator<Finding> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'slipway-doctor-'))
  let reached: Reached | null = null
  try {
    reached = await reachServer({ dataDir, url: null, token: null })
    yield* examineHealth(reached.client, [], 'trial ')
    yield await examineJob(reached.client, signal)
  } catch (error) {
    yield fail(
      'trial',
      sentence(error),
      (error instanceof Failure ? error.hint : null) ?? 'slipway start says more',
    )
  } finally {
    await reached?.close()
    await rm(dataDir, { recursive: true, force: true })
  }
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

async function examineJob(client: Client, signal: AbortSignal): Promise<Finding> {
  const created = await client.createJob({ vision: 'a counter with a command line', backend: 'offline' })
  const limit = AbortSignal.timeout(canaryLimitMs)
  const job = await watchJob(client, created.id, openNothing(), AbortSignal.any([signal, limit]))
  if (!isOver(job))
    return fail('trial job', stuck(job), 'slipway run "a counter" shows where it stands still')
  const took = inWords(spanMs(job.created_at, job.completed_at, Date.now()) ?? 0)
  const { checks } = await client.checks(job.id)
  if (job.status === 'completed' && job.proof === 'proven') {
    return ok('trial job', `built, merged and proven by ${checks.length} check runs in ${took}`)
  }
  const failed = checks.find((check) => check.verdict === 'fail')
  const why =
    job.error ??
    (failed === undefined ? '' : `${failed.command} ended with exit code ${failed.exit_code ?? '?'}`)
  return fail(
    'trial job',
    `${job.status}, ${job.proof ?? 'without proof'} after ${took}: ${why}`,
    'slipway run "a counter" shows every step',
  )
}

function stuck(job: JobView): string {
  const wait = job.wait === null ? '' : `, waiting for ${job.wait.for}: ${job.wait.on}`
  return `not over within ${canaryLimitMs / 1000} s: ${job.status}, ${job.current_phase}${wait}`
}
