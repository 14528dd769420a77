import { execa } from 'execa'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { JobSummary } from '../../src/contract/job.ts'
import { startTestServer, type TestServer, type TestServerOptions } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** The server tests itself with a small hidden job. */
let server: TestServer | undefined
afterEach(() => server?.stop())

async function start(options: TestServerOptions = {}): Promise<TestServer> {
  server = await startTestServer(options)
  return server
}

function jobDirs({ dataDir }: TestServer): string[] {
  const place = path.join(dataDir, 'jobs')
  return fs.existsSync(place) ? fs.readdirSync(place) : []
}

it('a canary passes on a healthy server, and appears in no list, count or stream', async () => {
  const { client, ...rest } = await start()
  expect(await client.canary()).toEqual({
    status: 'never',
    at: null,
    duration_ms: null,
    job_id: null,
    reason: null,
  })
  const before = await client.stats()
  const seen: JobSummary[] = []
  const listening = new AbortController()
  const opened = Promise.withResolvers<void>()
  const stream = (async () => {
    const options = { signal: listening.signal, onConnection: () => opened.resolve() }
    for await (const summary of client.followSummaries(options)) seen.push(summary)
  })()
  await opened.promise

  const running = client.runCanary()
  await until('a canary under way', 5000, async () =>
    (await client.canary()).status === 'running' ? true : null,
  )
  expect((await client.health()).checks['canary']).toMatchObject({
    ok: true,
    detail: expect.stringContaining('running since'),
  })
  await expect(client.runCanary()).rejects.toMatchObject({ status: 409, code: 'canary_underway' })
  const { job_id } = await until('its job', 5000, async () => {
    const now = await client.canary()
    return now.job_id === null ? null : { job_id: now.job_id }
  })
  expect((await client.getJob(job_id)).backend).toBe('offline')
  expect((await client.listJobs()).total).toBe(0)
  expect((await client.stats()).jobs).toEqual({})

  const ended = await running
  expect(ended).toMatchObject({
    status: 'passed',
    job_id: null,
    reason: null,
    duration_ms: expect.any(Number),
  })
  expect(await client.canary()).toEqual(ended)
  expect((await client.health()).checks['canary']).toMatchObject({
    ok: true,
    detail: expect.stringContaining('passed'),
  })
  const { jobs, tasks, usage } = await client.stats()
  expect({ jobs, tasks, usage }).toEqual({ jobs: before.jobs, tasks: before.tasks, usage: before.usage })

  // Only a person's job appears in the stream after it.
  const { id } = await client.createJob({ vision: 'a counter', mode: 'solo' })
  await until('a summary of the job', 20_000, async () => (seen.some((job) => job.id === id) ? true : null))
  expect(new Set(seen.map((job) => job.id))).toEqual(new Set([id]))
  listening.abort()
  await stream
  expect((await client.listJobs()).jobs.map((job) => job.id)).toEqual([id])
  await expect(client.getJob(job_id)).rejects.toMatchObject({ status: 404 })
  expect(jobDirs({ client, ...rest }).filter((name) => name !== id)).toEqual([])
})

it('it fails at once with a reason when the worker loop is switched off, and readiness reports it', async () => {
  const { client } = await start({ env: { SLIPWAY_WORKERS: '0' } })
  const ended = await client.runCanary()
  expect(ended).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('worker loop is switched off'),
  })
  expect(ended.duration_ms).toBeLessThan(2000)
  const health = await client.health()
  expect(health).toMatchObject({
    status: 'unavailable',
    checks: { canary: { ok: false, detail: ended.reason } },
  })
})

it('slipway doctor runs it on the running server', async () => {
  const { client, dataDir } = await start()
  const { stdout } = await execa(
    process.execPath,
    [slipwayProgram, 'doctor', '--json', '--data-dir', dataDir],
    {
      reject: false,
      timeout: 110_000,
      stdin: 'ignore',
    },
  )
  const { findings } = JSON.parse(stdout) as { findings: { name: string; level: string }[] }
  expect(findings.filter((finding) => finding.name === 'canary')).toMatchObject([
    { level: 'ok', detail: expect.stringContaining('built, proven and delivered') },
  ])
  expect((await client.canary()).status).toBe('passed')
})

it('it is not run while all slots are in use, and reports that', async () => {
  const { client } = await start({ env: { SLIPWAY_WORKERS: '1', SLIPWAY_CANARY_SECONDS: '2' } })
  const { id } = await client.createJob({ vision: 'a counter [[demo:hang]]', mode: 'solo' })
  await until('a busy slot', 20_000, async () => ((await client.stats()).slots.busy === 1 ? true : null))
  await expect(client.runCanary()).rejects.toMatchObject({ status: 409, code: 'no_free_slot' })
  expect((await client.canary()).status).toBe('never')
  await client.cancel(id)
  await until('a free slot', 20_000, async () => ((await client.stats()).slots.busy === 0 ? true : null))
})

it('a canary whose server was killed has failed, and the next one removes it', async () => {
  const first = await start()
  const running = first.client.runCanary().catch(() => null)
  await until('its job', 5000, async () => (await first.client.canary()).job_id)
  await first.crash()
  await running
  const { client } = await start({ dataDir: first.dataDir })
  expect(await client.canary()).toMatchObject({ status: 'failed', reason: expect.stringContaining('ended') })
  expect((await client.health()).checks['canary']?.ok).toBe(true)
  await until('a canary that passes', 60_000, async () =>
    (await client.runCanary()).status === 'passed' ? true : null,
  )
  expect((await client.listJobs()).total).toBe(0)
})
