import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Health } from '../../src/contract/server.ts'
import { endOf } from '../helpers/follow-job.ts'
import { makeDir } from '../helpers/made-dirs.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram, sourcesOf } from '../helpers/program.ts'

/** An installation of its own, which is replaced under the server that runs from it. */
const checkout = path.join(import.meta.dirname, '..', '..')
const sentence = 'Slipway was upgraded: restart the server'
const wait = { for: 'upgrade', on: 'a restart of the server: Slipway was upgraded' }
let root: string
let dataDir: string
let server: TestServer

beforeAll(async () => {
  root = makeDir('slipway-installed-')
  // What agents of a server that is root run from is open to their users.
  fs.chmodSync(root, 0o755)
  for (const part of ['src', 'package.json', 'package-lock.json'])
    fs.cpSync(path.join(checkout, part), path.join(root, part), { recursive: true })
  for (const part of ['node_modules', 'web'])
    fs.symlinkSync(fs.realpathSync(path.join(checkout, part)), path.join(root, part))
  dataDir = makeDataDir()
  server = await startTestServer({ dataDir, program: sourcesOf(root) })
})
afterAll(() => server.stop())

async function readiness(): Promise<{ status: number; program: Health['checks'][string] | undefined }> {
  const response = await fetch(`${server.url}/health/ready`)
  const { checks } = (await response.json()) as Health
  return { status: response.status, program: checks['program'] }
}

function installVersion(version: string): void {
  const file = path.join(root, 'package.json')
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as object
  fs.writeFileSync(file, JSON.stringify({ ...manifest, version }))
}

async function doctor(): Promise<string> {
  const args = [slipwayProgram, 'doctor', '--no-canary', '--data-dir', dataDir]
  const env = { PATH: process.env['PATH'] ?? '', HOME: dataDir }
  return promisify(execFile)(process.execPath, args, { env }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { stdout: string }).stdout,
  )
}

it('an upgrade of a running server makes its jobs wait by name, is reported, and does not count as a failure', async () => {
  const running = await server.client.createJob({ vision: 'a calculator [[demo:slow=4000]]', mode: 'solo' })
  await until('an agent at work', 30_000, async () =>
    (await server.client.attempts(running.job_id)).some(({ status }) => status === 'running') ? true : null,
  )
  expect(await readiness()).toEqual({ status: 200, program: { ok: true, detail: 'version 0.2.0' } })

  installVersion('99.0.0')
  const queued = await server.client.createJob({ vision: 'a counter', mode: 'solo' })
  fs.renameSync(path.join(root, 'src', 'own-agents'), path.join(root, 'src', 'own-agents.gone'))
  for (const { job_id } of [running, queued])
    await until(`the wait of ${job_id} that is named`, 30_000, async () => {
      const job = await server.client.getJob(job_id)
      expect(job.completed_at).toBeNull()
      return job.wait !== null && job.wait.for === wait.for && job.wait.on === wait.on ? true : null
    })
  expect(await readiness()).toEqual({
    status: 503,
    program: { ok: false, detail: `${sentence} (version 0.2.0 runs and 99.0.0 is installed)` },
  })
  expect(await doctor()).toContain(sentence)
  await expect(server.client.createJob({ vision: 'a counter' })).rejects.toMatchObject({
    status: 503,
    code: 'upgraded',
    message: `${sentence}. Nothing that was accepted is lost.`,
  })

  fs.renameSync(path.join(root, 'src', 'own-agents.gone'), path.join(root, 'src', 'own-agents'))
  expect((await readiness()).status).toBe(503)
  await server.stop()
  server = await startTestServer({ dataDir, program: sourcesOf(root) })
  expect(await readiness()).toEqual({ status: 200, program: { ok: true, detail: 'version 99.0.0' } })
  for (const { job_id } of [running, queued]) {
    expect(await endOf(server, job_id)).toMatchObject({ status: 'completed', proof: 'proven' })
    const attempts = await server.client.attempts(job_id)
    expect(attempts.filter(({ status }) => status === 'failed')).toEqual([])
    expect(attempts.filter(({ status }) => status === 'succeeded')).toHaveLength(1)
  }
})

it('a program that is missing for a moment makes jobs wait for that time, without a restart', async () => {
  const agents = path.join(root, 'src', 'own-agents')
  const { job_id } = await server.client.createJob({ vision: 'a counter [[demo:slow=4000]]', mode: 'solo' })
  await until('an agent at work', 30_000, async () =>
    (await server.client.attempts(job_id)).some(({ status }) => status === 'running') ? true : null,
  )
  fs.renameSync(agents, `${agents}.gone`)
  await until('the wait that is named', 30_000, async () =>
    (await server.client.getJob(job_id)).wait?.for === wait.for ? true : null,
  )
  expect((await readiness()).program?.detail).toContain('src/own-agents/offline/main.ts is gone')
  fs.renameSync(`${agents}.gone`, agents)
  expect(await endOf(server, job_id)).toMatchObject({ status: 'completed', proof: 'proven' })
  const attempts = await server.client.attempts(job_id)
  expect(attempts.filter(({ status }) => status === 'failed')).toEqual([])
  expect((await readiness()).status).toBe(200)
})
