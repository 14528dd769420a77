import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'

/** Values of a backend's environment reach its program only. */
const CANARY = 'canary-5c1f7a'
const program = path.join(import.meta.dirname, '..', 'helpers', 'plain-agent.mjs')
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('the env of a backend is masked in every answer, encrypted on disk, kept when the mask is sent back, and passed to the program', async () => {
  const play = JSON.stringify([{ run: ['/bin/sh', '-c', 'printf %s "$MY_KEY" | wc -c > length.txt'] }])
  await server.client.addBackend({
    name: 'mine',
    kind: 'command',
    prompt: 'stdin',
    command: [process.execPath, program, 'stdin', play],
    env: { MY_KEY: CANARY },
  })
  const settings = await server.client.settings()
  expect(settings.backends).toMatchObject([{ name: 'mine', env: { MY_KEY: '********' } }])
  const changed = { ...settings, defaults: { ...settings.defaults, parallelism: 3 } }
  expect((await server.client.putSettings(changed)).backends).toEqual(settings.backends)
  const renamed = settings.backends.map((backend) => ({ ...backend, name: 'other' }))
  await expect(server.client.putSettings({ ...changed, backends: renamed })).rejects.toThrow(
    'There is no value of MY_KEY to keep',
  )

  const { job_id } = await server.client.createJob({ vision: 'a', mode: 'solo', backend: 'mine' })
  const job = await endOf(server, job_id)
  const length = fs.readFileSync(path.join(job.workspace_path ?? '', 'length.txt'), 'utf8').trim()
  expect(Number(length)).toBe(CANARY.length)

  await server.stop()
  const grep = promisify(execFile)('grep', ['-rlaF', CANARY, server.dataDir])
  const { stdout } = await grep.catch((error: unknown) => error as { stdout: string })
  expect(stdout).toBe('')
  expect(server.log()).not.toContain(CANARY)
})
