import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixtureAgent } from '../../../test/helpers/fixture-backend.ts'
import { startTestRegistry, type TestRegistry } from '../../../test/helpers/npm-registry.ts'
import { addFixture } from '../../../test/helpers/real-work.ts'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import type { InstallEvent } from '../../contract/backend.ts'
import type { Engine } from '../engine.ts'
import { addBackend } from './custom-backends.ts'
import { uninstallBackend } from './install-backend.ts'
import { streamInstall } from './stream-install.ts'
import { tryBackend } from './try-backend.ts'

let opened: TestEngine
let engine: Engine
let registry: TestRegistry

beforeAll(async () => {
  registry = await startTestRegistry({
    name: 'tiny-agent',
    version: '1.4.2',
    manifest: { type: 'module', bin: { 'tiny-agent': 'agent.mjs' } },
    files: { 'agent.mjs': fs.readFileSync(fixtureAgent, 'utf8') },
  })
  opened = await openTestEngine({
    searchPath: process.env['PATH'] ?? '',
    installEnv: { NPM_CONFIG_REGISTRY: registry.url, HOME: makeDir('slipway-home-') },
  })
  ;({ engine } = opened)
  await addBackend(engine, { name: 'tiny', package: 'tiny-agent@1.4.2', command: ['tiny-agent'], env: {} })
  await addBackend(engine, { name: 'gone', package: 'no-such-agent@1.0.0', command: ['x'], env: {} })
})
afterAll(async () => {
  await opened.close()
  await registry.close()
})

const never = new AbortController().signal

describe('a trial', () => {
  it('passes when the backend has answered and ended its turn', async () => {
    const turn = [{ say: 'I am ' }, { say: 'a fixture.' }]
    expect(await tryBackend(engine, await addFixture(engine, { turn }))).toEqual({
      ok: true,
      duration_ms: expect.any(Number),
      error: null,
      version: expect.any(String),
      transcript: [{ at: expect.any(String), type: 'session.message', message: 'I am a fixture.', data: {} }],
    })
    expect(fs.readdirSync(path.join(engine.dataDir, 'trials'))).toEqual([])
  })

  it.each([
    ['says nothing', { turn: [] }, 'It ended its turn without a word.'],
    ['stops otherwise', { turn: [{ stop: { stopReason: 'refusal' } }] }, 'It stopped with "refusal"'],
    ['dies', { turn: [{ exit: 3 }] }, 'exit code 3'],
  ])('reports that a backend %s', async (_what, play, error) => {
    expect(await tryBackend(engine, await addFixture(engine, play))).toMatchObject({
      ok: false,
      error: expect.stringContaining(error),
    })
  })

  it('ends in time when the backend hangs', async () => {
    const name = await addFixture(engine, { turn: [{ hang: true }] })
    const quick = { ...engine, limits: { ...engine.limits, trialMs: 500 } }
    expect(await tryBackend(quick, name)).toMatchObject({
      ok: false,
      error: expect.stringContaining('did not end its turn within 0.5 s'),
    })
  })

  it('allows what its agent requests', async () => {
    const options = [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }]
    const turn = [{ ask: { toolCall: { toolCallId: 'c', title: 'look' }, options } }, { say: 'Done.' }]
    expect(await tryBackend(engine, await addFixture(engine, { turn }))).toMatchObject({ ok: true })
  })

  it('runs once at a time, and only for an existing, usable backend', async () => {
    const name = await addFixture(engine, { turn: [{ say: 'Hello.' }] })
    const both = await Promise.allSettled([tryBackend(engine, name), tryBackend(engine, name)])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await expect(tryBackend(engine, 'nobody')).rejects.toMatchObject({ code: 'backend_not_found' })
    await expect(tryBackend(engine, 'tiny')).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringContaining('slipway backends install tiny'),
    })
  })
})

describe('an installation', () => {
  async function install(name: string, signal = never): Promise<InstallEvent[]> {
    const events: InstallEvent[] = []
    const begin = await streamInstall(engine, name)
    for await (const event of begin(signal)) events.push(event)
    return events
  }

  it('streams the output of npm and then the usable backend, and can be undone', async () => {
    const begin = await streamInstall(engine, 'tiny')
    const first = begin(never)
    const events: InstallEvent[] = [(await first[Symbol.asyncIterator]().next()).value as InstallEvent]
    await expect(streamInstall(engine, 'tiny')).rejects.toMatchObject({ code: 'install_underway' })
    for await (const event of first) events.push(event)
    expect(events.at(-1)).toMatchObject({
      backend: { available: true, version: '1.4.2', installed: 'slipway' },
    })
    expect(events.flatMap((event) => ('output' in event ? event.output : [])).join('')).toContain('added 1')
    expect(await uninstallBackend(engine, 'tiny')).toMatchObject({ available: false, installed: null })
    await expect(uninstallBackend(engine, 'tiny')).rejects.toMatchObject({ code: 'not_installed' })
  })

  it('that fails or is stopped ends with the reason', async () => {
    expect((await install('gone')).at(-1)).toMatchObject({
      code: 'install_failed',
      error: expect.stringContaining('npm could not install it'),
    })
    expect((await install('gone', AbortSignal.abort())).at(-1)).toMatchObject({ code: 'install_stopped' })
  })

  it('of something that cannot be installed does not begin', async () => {
    await expect(streamInstall(engine, 'nobody')).rejects.toMatchObject({
      code: 'backend_not_found',
      message: expect.stringContaining('choose one of'),
    })
    await expect(streamInstall(engine, 'offline')).rejects.toMatchObject({
      code: 'not_installable',
      message: expect.stringContaining('it is part of Slipway'),
    })
    await expect(streamInstall(engine, 'goose')).rejects.toMatchObject({ code: 'not_installable' })
  })
})
