import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startTestServer, type TestServer } from '../test/helpers/server.ts'
import { letPass, until } from '../test/helpers/until.ts'
import { openClock } from './clock.ts'
import { openDoor, type Door } from './door.ts'
import { startFloor, type Floor } from './floor.ts'
import { median } from './quantile.ts'
import { makeRepository } from './repositories.ts'
import type { Report } from './report.ts'

const PROGRAM = path.join(import.meta.dirname, 'programs', 'clock-agent.sh')
const AT_ONCE = 16
/** Long enough for a pool to be filled again before the next round. */
const PAUSE_MS = 300
const LONG_PAUSE_MS = 3000

interface Case {
  readonly name: string
  readonly source: string | null
  readonly rounds: number
  readonly pauseMs: number
  readonly aim: { readonly cold: string; readonly pool: string }
}

/** From an accepted job to its agent's process, running in its own workspace: the agent's own clock says when. */
export async function measureAgentStart(report: Report): Promise<void> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-sources-'))
  const small = makeRepository(path.join(place, 'small'), 20)
  const large = makeRepository(path.join(place, 'large'), 10_000)
  const cases: Case[] = [
    {
      name: 'from nothing',
      source: null,
      rounds: 9,
      pauseMs: PAUSE_MS,
      aim: { cold: '< 40 ms', pool: '< 15 ms' },
    },
    {
      name: '20 files',
      source: small,
      rounds: 9,
      pauseMs: PAUSE_MS,
      aim: { cold: '< 40 ms', pool: '< 15 ms' },
    },
    {
      name: '10,000 files',
      source: large,
      rounds: 3,
      pauseMs: LONG_PAUSE_MS,
      aim: { cold: 'reported', pool: 'reported' },
    },
  ]
  const floor = await startFloor()
  const floors = new Map<string, number>()
  for (const kind of ['cold', 'pool'] as const) {
    const server = await clockServer(kind === 'cold' ? { SLIPWAY_POOL: '0' } : {})
    const door = openDoor({ ...server, sockets: AT_ONCE })
    await oneStart(server, door, null)
    for (const one of cases) {
      const { times, sent, bare } = await rounds(server, door, floor, kind === 'cold' ? small : null, one)
      if (bare.length > 0) floors.set(one.name, median(bare))
      const what = `accepted to agent, ${kind === 'cold' ? 'nothing prepared' : 'from the pool'}, ${one.name}`
      report.time(`${what}, median of ${times.length}`, median(times), one.aim[kind], floors.get(one.name))
      report.time(`... counted from sending the request`, median(sent), 'reported')
    }
    if (kind === 'pool') {
      for (const one of cases.slice(0, 2)) await atOnce(report, server, door, floor, small, one)
    }
    door.close()
    await server.stop()
  }
  await floor.stop()
  fs.rmSync(place, { recursive: true, force: true })
}

async function clockServer(env: Record<string, string>): Promise<TestServer> {
  const server = await startTestServer({ env: { SLIPWAY_WORKERS: String(AT_ONCE), ...env } })
  const settings = await server.client.settings()
  await server.client.putSettings({
    ...settings,
    backends: [{ name: 'clock', command: ['/bin/sh', PROGRAM], env: {} }],
  })
  return server
}

async function rounds(
  server: TestServer,
  door: Door,
  floor: Floor,
  measureFloor: string | null,
  one: Case,
): Promise<{ times: number[]; sent: number[]; bare: number[] }> {
  const times: number[] = []
  const sent: number[] = []
  const bare: number[] = []
  // The first start of a source is never from the pool: it is what fills it.
  if (measureFloor === null && one.source !== null) await oneStart(server, door, one.source)
  for (let round = 0; round < one.rounds; round += 1) {
    if (measureFloor !== null) bare.push(await bareStart(floor, one.source ?? measureFloor))
    await letPass(one.pauseMs)
    execFileSync('sync')
    const start = await oneStart(server, door, one.source)
    times.push(start.fromAnswer)
    sent.push(start.fromRequest)
  }
  return { times, sent, bare }
}

interface Start {
  readonly fromAnswer: number
  readonly fromRequest: number
}

async function oneStart(server: TestServer, door: Door, source: string | null): Promise<Start> {
  const now = openClock()
  const asked = now()
  const id = await post(door, source)
  const accepted = now()
  const began = await agentClock(path.join(server.dataDir, 'jobs', id, 'attempts'))
  await endJob(server, id)
  return { fromAnswer: began - accepted, fromRequest: began - asked }
}

async function post(door: Door, source: string | null): Promise<string> {
  const answer = await door.post('/api/jobs', {
    vision: 'start',
    mode: 'solo',
    backend: 'clock',
    ...(source === null ? {} : { source }),
  })
  if (answer.status !== 201) throw new Error(`the job was refused: ${answer.body}`)
  return (JSON.parse(answer.body) as { job_id: string }).job_id
}

/** When the agent of the only attempt below `dir` began, in milliseconds since 1970. */
function agentClock(dir: string): Promise<number> {
  return until('the start of an agent', 30_000, () => {
    const attempts = fs.existsSync(dir) ? fs.readdirSync(dir) : []
    for (const attempt of attempts) {
      const began = readClock(path.join(dir, attempt, 'ws', 'clock'))
      if (began !== null) return Promise.resolve(began)
    }
    return Promise.resolve(null)
  })
}

function readClock(file: string): number | null {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  return text.endsWith('\n') ? Number(text) / 1e6 : null
}

async function endJob(server: TestServer, id: string): Promise<void> {
  await server.client.cancel(id)
  await until('the end of a job', 20_000, async () => (await server.client.getJob(id)).completed_at)
}

/** What the machine takes at least: a bare `git worktree add` and a bare spawn. */
async function bareStart(floor: Floor, repo: string): Promise<number> {
  execFileSync('sync')
  const now = openClock()
  const dir = fs.mkdtempSync(path.join(floor.dir, 'tree-'))
  const door = openDoor({ url: floor.url })
  const asked = now()
  await door.post('/start', { repo, dir, command: ['/bin/sh', PROGRAM] })
  door.close()
  const began = await until('the bare start', 30_000, () =>
    Promise.resolve(readClock(path.join(dir, 'clock'))),
  )
  return began - asked
}

async function atOnce(
  report: Report,
  server: TestServer,
  door: Door,
  floor: Floor,
  small: string,
  one: Case,
): Promise<void> {
  const ours: number[] = []
  const bare: number[] = []
  for (let round = 0; round < 3; round += 1) {
    execFileSync('sync')
    const trees = await Promise.all(
      Array.from({ length: AT_ONCE }, () => bareStart(floor, one.source ?? small)),
    )
    bare.push(Math.max(...trees))
    await letPass(LONG_PAUSE_MS)
    const now = openClock()
    const asked = now()
    const ids = await Promise.all(Array.from({ length: AT_ONCE }, () => post(door, one.source)))
    const began = await Promise.all(
      ids.map((id) => agentClock(path.join(server.dataDir, 'jobs', id, 'attempts'))),
    )
    ours.push(Math.max(...began) - asked)
    await Promise.all(ids.map((id) => endJob(server, id)))
  }
  report.time(
    `${AT_ONCE} starts at once, ${one.name}: first request to last agent, median of 3`,
    median(ours),
    '< 500 ms',
    median(bare),
  )
}
