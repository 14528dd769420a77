import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Settings } from '../contract/backend.ts'
import { openCatalogue, type Catalogue } from './catalogue.ts'
import type { ModelRoute } from './model-route.ts'

let root: string
let catalogue: Catalogue
let reach: ModelRoute
const noModel: ModelRoute = { auth: null, reason: 'no model' }

beforeEach(() => {
  reach = { auth: 'none' }
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-catalogue-'))
  fs.mkdirSync(path.join(root, 'bin'))
  catalogue = openCatalogue({
    version: '1.2.3',
    packageRoot: path.join(import.meta.dirname, '..', '..'),
    compileCache: path.join(root, 'compiled'),
    nodePath: process.execPath,
    searchPath: path.join(root, 'bin'),
    backendsDir: path.join(root, 'backends'),
    routeOf: ({ gateway }) => Promise.resolve(gateway?.wire === 'any' ? noModel : reach),
    conformance: () => Promise.resolve(new Map()),
    fileOf: () => null,
  })
})
afterEach(() => fs.rmSync(root, { recursive: true }))

function write(file: string, text: string, mode = 0o644): void {
  const target = path.join(root, file)
  fs.mkdirSync(path.dirname(target), { recursive: true })
  fs.writeFileSync(target, text, { mode })
}

it("lets Slipway's own agents read the compile cache", async () => {
  for (const name of ['offline', 'team']) {
    const { profile, detect } = catalogue.find(Settings.parse({}), name) ?? {}
    const { launch } = (await detect?.()) ?? {}
    expect(profile?.env).toEqual({ NODE_COMPILE_CACHE: path.join(root, 'compiled') })
    expect(launch?.readable).toContain(path.join(root, 'compiled'))
  }
})

it('lists every known agent with its kind of installation, and the demo last, as the default', async () => {
  const backends = await catalogue.list(Settings.parse({}))
  expect(backends.map((backend) => [backend.name, backend.available])).toEqual([
    ...['claude-code', 'codex', 'gemini', 'opencode', 'qwen', 'copilot', 'cline', 'pi'].map((name) => [
      name,
      false,
    ]),
    ...['goose', 'aider', 'cursor', 'amp', 'droid', 'kimi'].map((name) => [name, false]),
    ['team', false],
    ['offline', true],
  ])
  expect(backends.filter((backend) => backend.default).map((backend) => backend.name)).toEqual(['offline'])
  expect(backends.find((backend) => backend.name === 'codex')).toMatchObject({
    reason: '"codex-acp" is not installed: run `slipway backends install codex`.',
    install: { version: '2.6.0', packages: ['@agentclientprotocol/codex-acp@2.6.0'] },
    tested: true,
    installed: null,
  })
  expect(backends.find((backend) => backend.name === 'goose')).toMatchObject({
    reason: '"goose" is not installed: install goose as described on its site, so that `goose` is in PATH.',
    install: null,
    tested: false,
  })
})

it('prefers what Slipway installed to what is in PATH, and reports the version that is actually there', async () => {
  const dir = 'backends/codex@2.6.0/node_modules/@agentclientprotocol/codex-acp'
  write(`${dir}/dist/index.js`, '')
  write(`${dir}/package.json`, JSON.stringify({ version: '2.6.0' }))
  write('bin/codex-acp', '#!/bin/sh\n', 0o755)
  const backend = catalogue.find(Settings.parse({}), 'codex')
  expect(await backend?.detect()).toEqual({
    available: true,
    reason: null,
    version: '2.6.0',
    source: 'slipway',
    launch: {
      command: [process.execPath, path.join(root, dir, 'dist/index.js')],
      path: [],
      readable: [path.join(root, 'backends/codex@2.6.0')],
      installDir: path.join(root, 'backends/codex@2.6.0'),
    },
  })
})

it('gives a sandbox access only to the package of a linked program in PATH', async () => {
  write('lib/node_modules/qwen/package.json', JSON.stringify({ version: '7.0.0' }))
  write('lib/node_modules/qwen/cli.js', '#!/usr/bin/env node\n', 0o755)
  fs.symlinkSync(path.join(root, 'lib/node_modules/qwen/cli.js'), path.join(root, 'bin/qwen'))
  write('bin/goose', '#!/bin/sh\n', 0o755)
  expect(await catalogue.find(Settings.parse({}), 'qwen')?.detect()).toMatchObject({
    version: '7.0.0',
    source: 'path',
    launch: {
      command: [path.join(root, 'lib/node_modules/qwen/cli.js'), '--acp'],
      readable: [path.join(root, 'lib/node_modules')],
    },
  })
  expect(await catalogue.find(Settings.parse({}), 'goose')?.detect()).toMatchObject({
    launch: { readable: [path.join(root, 'bin/goose')] },
  })
})

it('reports a program that is not executable', async () => {
  write('bin/gemini', '#!/bin/sh\n', 0o644)
  expect(await catalogue.find(Settings.parse({}), 'gemini')?.detect()).toMatchObject({
    available: false,
    reason: expect.stringMatching(
      /bin\/gemini" cannot be run .*fix its permissions, or run `slipway backends/,
    ),
  })
})

it('prefers a backend of the settings to a known one of the same name', async () => {
  const settings = Settings.parse({
    backends: [{ name: 'codex', command: [process.execPath, import.meta.filename] }],
  })
  const names = (await catalogue.list(settings)).map((backend) => backend.name)
  expect(names.filter((name) => name === 'codex')).toHaveLength(1)
  expect((await catalogue.list(settings))[0]).toMatchObject({ name: 'codex', available: true })
})

it('chooses by itself only a backend that has access to a model, and reports what the others lack', async () => {
  write('bin/cursor-agent', '#!/bin/sh\n', 0o755)
  const cursor = async (settings: Settings): Promise<unknown> =>
    (await catalogue.list(settings)).find((backend) => backend.name === 'cursor')
  reach = { auth: 'own', isCertain: false }
  expect(await cursor(Settings.parse({}))).toMatchObject({ available: true, default: false, auth: 'own' })
  expect(await cursor(Settings.parse({ default_backend: 'cursor' }))).toMatchObject({ default: true })
  reach = { auth: 'own', isCertain: true }
  expect(await cursor(Settings.parse({}))).toMatchObject({ default: true })
  reach = { auth: null, reason: 'It has no access to a model.' }
  expect(await cursor(Settings.parse({ default_backend: 'cursor' }))).toMatchObject({
    available: false,
    installed: 'path',
    default: false,
    reason: 'It has no access to a model.',
  })
})

it('responds quickly, because it starts no process', async () => {
  const times: number[] = []
  for (let round = 0; round < 20; round += 1) {
    const before = performance.now()
    await catalogue.list(Settings.parse({}))
    times.push(performance.now() - before)
  }
  expect(times.toSorted((a, b) => a - b)[10]).toBeLessThan(50)
})

it('a backend that a person added becomes the default only on request', async () => {
  const settings = Settings.parse({
    backends: [{ name: 'mine', command: [process.execPath, import.meta.filename] }],
  })
  const standard = async (chosen: Settings): Promise<string | undefined> =>
    (await catalogue.list(chosen)).find((backend) => backend.default)?.name
  expect(await standard(settings)).toBe('offline')
  expect(await standard({ ...settings, default_backend: 'mine' })).toBe('mine')
})
