import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processesNaming } from '../helpers/processes.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram } from '../helpers/program.ts'

const root = path.join(import.meta.dirname, '..', '..')
const fixture = path.join(root, 'test', 'fixtures', 'broken-agent.mjs')
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_TRIAL_SECONDS: '6' } })
  for (const how of ['hangs', 'garbage', 'exits', 'dies', 'silent'])
    await server.client.addBackend({ name: how, command: [process.execPath, fixture, how], env: {} })
  await server.client.addBackend({ name: 'missing', command: ['no-such-program', '--acp'], env: {} })
})
afterAll(() => server.stop())

it('the offline demo introduces itself, and leaves nothing behind', async () => {
  const trial = await server.client.tryBackend('offline')
  expect(trial).toMatchObject({ ok: true, error: null, version: expect.any(String) })
  expect(trial.duration_ms).toBeGreaterThan(0)
  const words = trial.transcript.filter((entry) => entry.type === 'session.message')
  expect(words.map((entry) => entry.message).join('')).toContain('offline demo')
  expect(
    trial.transcript.some((entry) => entry.type === 'session.tool_call' && /Write/.test(entry.message)),
  ).toBe(false)
  expect(fs.readdirSync(path.join(server.dataDir, 'trials'))).toEqual([])
})

it.each([
  ['hangs', 'within 6 s'],
  ['garbage', 'It printed: Welcome! 0'],
  ['exits', 'no licence for this machine'],
  ['dies', 'exit code 4'],
  ['silent', 'without a word'],
])(
  'a program that %s fails its trial with an explanation, and no process of it is left',
  async (name, sentence) => {
    const trial = await server.client.tryBackend(name)
    expect(trial).toMatchObject({ ok: false, error: expect.stringContaining(sentence) })
    await until('the end of its processes', 5000, () => {
      return processesNaming(`${fixture}\u0000${name}`).length === 0
        ? Promise.resolve(true)
        : Promise.resolve(null)
    })
    expect(fs.readdirSync(path.join(server.dataDir, 'trials'))).toEqual([])
  },
)

it('a missing or unusable backend is refused with the reason', async () => {
  await expect(server.client.tryBackend('missing')).rejects.toMatchObject({
    status: 400,
    code: 'backend_unavailable',
    message: expect.stringContaining('no-such-program'),
  })
  await expect(server.client.tryBackend('nobody')).rejects.toMatchObject({ status: 404 })
})

describe('a backend of a person', () => {
  it('is added once and removed again; those of Slipway stay', async () => {
    const mine = { name: 'mine', command: [process.execPath, fixture, 'silent'], env: {} }
    expect(await server.client.addBackend(mine)).toMatchObject({ name: 'mine', available: true, kind: 'acp' })
    await expect(server.client.addBackend(mine)).rejects.toMatchObject({
      status: 409,
      code: 'backend_exists',
    })
    await expect(server.client.addBackend({ ...mine, name: 'offline' })).rejects.toMatchObject({
      status: 409,
    })
    await expect(server.client.addBackend({ ...mine, name: 'A b' })).rejects.toMatchObject({ status: 400 })
    await server.client.removeBackend('mine')
    expect((await server.client.backends()).map((backend) => backend.name)).not.toContain('mine')
    await expect(server.client.removeBackend('mine')).rejects.toMatchObject({ status: 404 })
    await expect(server.client.removeBackend('offline')).rejects.toMatchObject({
      status: 409,
      code: 'built_in_backend',
    })
  })
})

it('`slipway backends test` shows the result and exits accordingly', async () => {
  const run = promisify(execFile)
  const command = [slipwayProgram, 'backends', 'test', '--quick']
  const { stdout } = await run(process.execPath, [...command, 'offline', '--data-dir', server.dataDir])
  expect(stdout).toContain('offline')
  await expect(
    run(process.execPath, [...command, 'exits', '--data-dir', server.dataDir]),
  ).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('no licence') })
})
