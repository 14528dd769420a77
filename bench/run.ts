import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { startTestServer, type TestServer } from '../test/helpers/server.ts'
import { until } from '../test/helpers/until.ts'
import { median, quantile } from './quantile.ts'

/**
 * Measures what people feel, against a real server process on this machine, and writes docs/performance.md. Single
 * figures mean little on a shared machine: compare figures of one run.
 */
interface Figure {
  readonly name: string
  readonly value: string
  readonly aim: string
}

const figures: Figure[] = []

function record(name: string, value: string, aim: string): void {
  figures.push({ name, value, aim })
  process.stdout.write(`${name}: ${value} (aim ${aim})\n`)
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`
}

/** Proportional set size of a process and its descendants, in MB. */
function treePss(pid: number): number {
  const children = new Map<number, number[]>()
  for (const entry of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = read(`/proc/${entry}/stat`)
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
  }
  const sum = (of: number): number => {
    const kb = Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${of}/smaps_rollup`))?.[1] ?? 0)
    return kb / 1024 + (children.get(of) ?? []).reduce((total, child) => total + sum(child), 0)
  }
  return sum(pid)
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error) return ''
    throw error
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await run()
  return performance.now() - begun
}

async function measureStart(): Promise<TestServer> {
  const first = await startTestServer({ env: { SLIPWAY_WORKERS: '0' } })
  await first.stop()
  const times: number[] = []
  for (let round = 0; round < 5; round += 1) {
    let server: TestServer | null = null
    times.push(
      await timed(async () => {
        server = await startTestServer({ dataDir: first.dataDir, env: { SLIPWAY_WORKERS: '0' } })
        await fetch(`${server.url}/health/live`)
      }),
    )
    await (server as TestServer | null)?.stop()
  }
  record('second start to the first 200, median of 5', ms(median(times)), '< 700 ms')
  return startTestServer({ dataDir: first.dataDir, env: { SLIPWAY_WORKERS: '0' } })
}

async function measureCreates(server: TestServer): Promise<void> {
  const create = (): Promise<unknown> => server.client.createJob({ vision: 'a benchmark job' })
  for (let n = 0; n < 20; n += 1) await create()
  const one: number[] = []
  for (let n = 0; n < 300; n += 1) one.push(await timed(create))
  record('POST /api/jobs, one after the other, p50', ms(quantile(one, 0.5)), '< 6 ms')
  record('POST /api/jobs, one after the other, p99', ms(quantile(one, 0.99)), 'reported')
  let errors = 0
  const count = 680
  const total = await timed(async () => {
    let left = count
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        while (left > 0) {
          left -= 1
          await create().catch(() => {
            errors += 1
          })
        }
      }),
    )
  })
  record(
    'POST /api/jobs, 16 clients',
    `${Math.round(count / (total / 1000))} a second, ${errors} errors`,
    '> 1000, 0 errors',
  )
}

async function measureLists(server: TestServer): Promise<void> {
  const page = (): Promise<unknown> => server.client.listJobs({ page: 1, page_size: 50 })
  const at = async (): Promise<number> => {
    const times: number[] = []
    for (let n = 0; n < 100; n += 1) times.push(await timed(page))
    return quantile(times, 0.5)
  }
  const thousand = await at()
  record('a page of 50 jobs at 1,000, p50', ms(thousand), '< 3 ms')
  let left = 9000
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      while (left > 0) {
        left -= 1
        await server.client.createJob({ vision: 'a benchmark job' })
      }
    }),
  )
  const many = await at()
  record(
    'a page of 50 jobs at 10,000, p50',
    ms(many),
    `< 3 ms; now ${(many / thousand).toFixed(2)} times the page at 1,000`,
  )
}

async function measureJobs(): Promise<void> {
  const server = await startTestServer()
  await until('readiness', 10_000, async () => ((await fetch(`${server.url}/health/ready`)).ok ? true : null))
  record('idle memory of the process tree (PSS)', `${Math.round(treePss(server.pid))} MB`, '< 250 MB')
  const whole = async (mode: 'team' | 'solo'): Promise<number> =>
    timed(async () => {
      const { job_id } = await server.client.createJob({ vision: 'a calculator for the command line', mode })
      await until('the end', 120_000, async () => (await server.client.getJob(job_id)).completed_at)
    })
  const starts: number[] = []
  for (let n = 0; n < 8; n += 1) {
    const begun = Date.now()
    const { job_id } = await server.client.createJob({ vision: 'a counter', mode: 'solo' })
    const attempt = await until(
      'an attempt',
      20_000,
      async () => (await server.client.attempts(job_id)).find((one) => one.walls !== null) ?? null,
    )
    starts.push(Date.parse(attempt.started_at ?? '') - begun)
    await until('the end', 60_000, async () => (await server.client.getJob(job_id)).completed_at)
  }
  record('POST to the attempt claimed, p50', ms(median(starts)), 'reported')
  record(
    'a solo job, POST to completed',
    ms(median([await whole('solo'), await whole('solo'), await whole('solo')])),
    'reported',
  )
  record(
    'the calculator by a team, POST to completed',
    ms(median([await whole('team'), await whole('team'), await whole('team')])),
    '< 20 s',
  )
  await server.stop()
}

function write(): void {
  const lines = [
    '# Performance',
    '',
    'Written by `make bench`; do not edit. Shared machines are noisy: compare figures of one run, not across runs.',
    '',
    `${os.cpus().length} processors (${os.cpus()[0]?.model ?? 'unknown'}), Node ${process.version}, embedded database, ${new Date().toISOString().slice(0, 10)}.`,
    '',
    '| what | measured | aim |',
    '|---|---|---|',
    ...figures.map((figure) => `| ${figure.name} | ${figure.value} | ${figure.aim} |`),
    '',
  ]
  fs.writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'performance.md'), lines.join('\n'))
}

const server = await measureStart()
await measureCreates(server)
await measureLists(server)
await server.stop()
await measureJobs()
write()
process.exit(0)
