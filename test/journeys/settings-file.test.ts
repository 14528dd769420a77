import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fixtureAgent, fixtureBackend } from '../helpers/fixture-backend.ts'
import { endOf } from '../helpers/follow-job.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** Settings from a file: they take precedence, are marked, and can be changed only there. */
const root = path.join(import.meta.dirname, '..', '..')
const dataDir = makeDataDir()
const other = makeDataDir()
let file: string
let server: TestServer

beforeAll(async () => {
  file = leave(dataDir, own)
  server = await startTestServer({ dataDir })
})
afterAll(async () => {
  await server.stop()
  for (const dir of [dataDir, other]) fs.rmSync(dir, { recursive: true, force: true })
})

function leave(dir: string, lines: readonly string[]): string {
  const file = path.join(dir, 'slipway.yaml')
  fs.writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

const slipway = (args: readonly string[], cwd = root): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [slipwayProgram, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '' },
  })

const play = JSON.stringify({ quiet: true, turn: [{ write: ['done.txt', 'done'] }] })
const own = [
  'workers: 3',
  'default_backend: from-file',
  'backends:',
  '  - name: from-file',
  `    command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(fixtureAgent)}, ${JSON.stringify(play)}]`,
  'defaults:',
  '  mode: solo',
  'limits:',
  '  from-file: { turn: 100 }',
]

it('a job runs with the backend, the default and the limits of the file in the data directory', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a job by the file' })
  expect(await endOf(server, job_id)).toMatchObject({
    status: 'completed',
    backend: 'from-file',
    mode: 'solo',
  })
  expect((await server.client.workers()).map(({ slots }) => slots)).toEqual([3])
})

it('settings of the file are marked and cannot be changed elsewhere, and all others can', async () => {
  const { client } = server
  await client.addBackend(fixtureBackend('by-hand', {}))
  const shown = (await client.backends()).map(({ name, file }) => ({ name, file }))
  expect(shown).toContainEqual({ name: 'from-file', file })
  expect(shown).toContainEqual({ name: 'by-hand', file: null })
  expect((await slipway(['backends', '--data-dir', dataDir])).stdout.replaceAll(/\s+/g, ' ')).toContain(
    `(set in ${file})`,
  )

  const inFile = { status: 409, code: 'in_settings_file', message: expect.stringContaining(file) }
  const settings = await client.settings()
  await expect(client.removeBackend('from-file')).rejects.toMatchObject(inFile)
  await expect(client.addBackend(fixtureBackend('from-file', {}))).rejects.toMatchObject(inFile)
  for (const change of [
    { default_backend: 'offline' },
    { backends: settings.backends.filter(({ name }) => name !== 'from-file') },
    { defaults: { ...settings.defaults, mode: 'team' as const } },
    { limits: {} },
  ])
    await expect(client.putSettings({ ...settings, ...change })).rejects.toMatchObject(inFile)

  const limits = { ...settings.limits, codex: { turn: 7 } }
  const defaults = { ...settings.defaults, parallelism: 5 }
  const changed = { ...settings, limits, defaults }
  expect(await client.putSettings(changed)).toEqual(changed)
  await client.removeBackend('by-hand')
})

it('a file with an error prevents the start, with its line and its key', async () => {
  const wrong = leave(other, ['backends:', '  - name: mine', '    command: mine --acp'])
  await expect(startTestServer({ dataDir: other })).rejects.toThrow(
    `${wrong}, line 3, backends.0.command: Invalid input: expected array, received string.`,
  )
  leave(other, ['# the rest is missing', 'default_backend: nobody'])
  await expect(startTestServer({ dataDir: other })).rejects.toThrow(
    `${wrong}, line 2, default_backend: there is no backend "nobody".`,
  )
})

it('a file elsewhere is used only when it is named, and must then exist', async () => {
  const elsewhere = path.join(other, 'elsewhere')
  fs.mkdirSync(elsewhere)
  fs.rmSync(path.join(other, 'slipway.yaml'), { force: true })
  const args = ['--config', path.join(elsewhere, 'slipway.yaml')]
  await expect(startTestServer({ dataDir: other, args })).rejects.toThrow(
    /slipway\.yaml cannot be read: .*ENOENT/,
  )
  leave(elsewhere, own)
  const named = await startTestServer({ dataDir: other, args })
  const { default_backend: standard } = await named.client.settings()
  await named.stop()
  expect(standard).toBe('from-file')
  const { stdout } = await slipway(['backends', '--json', '--data-dir', other], elsewhere)
  expect(stdout).toContain('"offline"')
  expect(stdout).not.toContain('from-file')
})
