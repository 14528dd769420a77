import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { startTestRegistry, type TestRegistry } from '../helpers/npm-registry.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'

const helpers = path.join(import.meta.dirname, '..', 'helpers')
const play = { turn: [{ write: ['made.txt', 'by the installed agent\n'] }, { say: 'done' }] }

let registry: TestRegistry
let server: TestServer

beforeAll(async () => {
  registry = await startTestRegistry({
    name: 'tiny-agent',
    version: '1.4.2',
    manifest: {
      type: 'module',
      bin: { 'tiny-agent': 'agent.mjs' },
      scripts: { postinstall: 'touch ran-a-script' },
    },
    files: { 'agent.mjs': fs.readFileSync(path.join(helpers, 'fixture-agent.mjs'), 'utf8') },
  })
  server = await startTestServer({ env: { NPM_CONFIG_REGISTRY: registry.url } })
  await server.client.putSettings({
    ...(await server.client.settings()),
    backends: [
      {
        name: 'tiny',
        package: 'tiny-agent@1.4.2',
        command: ['tiny-agent', JSON.stringify(play)],
        env: {},
      },
      {
        name: 'gone',
        package: 'no-such-agent@1.0.0',
        command: ['x'],
        env: {},
      },
    ],
  })
})
afterAll(async () => {
  await server.stop()
  await registry.close()
})

const find = async (name: string): Promise<unknown> =>
  (await server.client.backends()).find((backend) => backend.name === name)

it('installs an agent at its version for Slipway only, runs it, and removes it again', async () => {
  expect(await find('tiny')).toMatchObject({
    available: false,
    reason: '"tiny-agent" is not installed: run `slipway backends install tiny`.',
  })
  const output: string[] = []
  const backend = await server.client.installBackend('tiny', (text) => output.push(text))
  expect(backend).toMatchObject({ available: true, version: '1.4.2', installed: 'slipway', reason: null })
  expect(output.join('')).toContain('added 1 package')
  const dir = path.join(server.dataDir, 'backends', 'tiny@1.4.2')
  expect(fs.existsSync(path.join(dir, 'node_modules/tiny-agent/ran-a-script'))).toBe(false)
  expect(fs.readdirSync(path.dirname(dir))).toEqual(['tiny@1.4.2'])

  const { job_id: id } = await server.client.createJob({
    vision: 'a file',
    backend: 'tiny',
    mode: 'solo',
    checks: ['grep -q installed made.txt'],
  })
  const job = await endOf(server, id)
  expect(job).toMatchObject({ status: 'completed', proof: 'proven' })

  expect(await server.client.uninstallBackend('tiny')).toMatchObject({ available: false, installed: null })
  expect(fs.existsSync(dir)).toBe(false)
  await expect(server.client.uninstallBackend('tiny')).rejects.toThrow('nothing to remove')
})

it('reports why an agent could not be installed, and leaves nothing behind', async () => {
  await expect(server.client.installBackend('gone', () => {})).rejects.toThrow(
    /npm could not install it: the npm registry does not have this version/,
  )
  await expect(server.client.installBackend('offline', () => {})).rejects.toThrow('it is part of Slipway')
  await expect(server.client.installBackend('nobody', () => {})).rejects.toThrow(
    'There is no backend "nobody"',
  )
  await expect(server.client.installBackend('goose', () => {})).rejects.toThrow(
    'install goose as described on its site',
  )
  expect(fs.readdirSync(path.join(server.dataDir, 'backends'))).toEqual([])
})
