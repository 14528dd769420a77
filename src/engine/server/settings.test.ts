import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { Settings, type CustomBackend } from '../../contract/backend.ts'
import { RegistryEntry } from '../../contract/registry.ts'
import { openLog } from '../../lib/log.ts'
import { readSettings, writeSettings } from '../../store/server/settings.ts'
import { openEnv, sealEnv } from '../backend-env.ts'
import { addBackend, addRegistryBackend, removeBackend } from '../backends/custom-backends.ts'
import type { Engine } from '../engine.ts'
import {
  putSettings,
  refuseUnknownDefault,
  sealStoredEnv,
  settingsInForce,
  shownSettings,
} from './settings.ts'

let opened: TestEngine
let engine: Engine
let ofFile: TestEngine

const file = `
default_backend: filed
backends:
  - name: filed
    command: [${process.execPath}]
    env: { KEY: from-the-file }
defaults: { parallelism: 7 }
`

beforeAll(async () => {
  ;[opened, ofFile] = await Promise.all([openTestEngine(), openTestEngine({ settings: file })])
  ;({ engine } = opened)
})
afterAll(async () => {
  await Promise.all([opened.close(), ofFile.close()])
})

const mask = '********'
const backend = (more: Partial<CustomBackend> = {}): CustomBackend => ({
  name: 'mine',
  command: [process.execPath],
  env: { KEY: 'secret' },
  ...more,
})

const put = (settings: Partial<Settings>, of = engine): Promise<Settings> =>
  putSettings(of, Settings.parse(settings))
const stored = (of = engine): Promise<Settings> => readSettings(of.db.reader)
const inForce = (of = engine): Promise<Settings> => of.settings()

describe('settings', () => {
  it('take effect as soon as they are stored', async () => {
    expect(await inForce()).toEqual(Settings.parse({}))
    await put({ default_backend: 'offline', defaults: Settings.parse({}).defaults })
    expect(await inForce()).toMatchObject({ default_backend: 'offline' })
    await put({})
  })

  it('never show the environment values of a backend, and store them encrypted', async () => {
    expect(await put({ backends: [backend()] })).toMatchObject({ backends: [{ env: { KEY: mask } }] })
    expect(await shownSettings(engine)).toMatchObject({ backends: [{ env: { KEY: mask } }] })
    expect((await stored()).backends[0]?.env['KEY']).toMatch(/^sealed:/)
    expect(await inForce()).toMatchObject({ backends: [{ env: { KEY: 'secret' } }] })
  })

  it('keep a value when its mask is sent back, and refuse a mask without a value', async () => {
    await put({ backends: [backend()] })
    await put({ backends: [backend({ env: { KEY: mask, MORE: 'b' } })] })
    expect(await inForce()).toMatchObject({ backends: [{ env: { KEY: 'secret', MORE: 'b' } }] })
    const unknown = { code: 'masked_value', message: expect.stringContaining('NEW') }
    await expect(put({ backends: [backend({ env: { NEW: mask } })] })).rejects.toMatchObject(unknown)
    await expect(put({ backends: [backend({ name: 'new', env: { NEW: mask } })] })).rejects.toMatchObject(
      unknown,
    )
    await put({})
  })

  it('refuse a value that is too long to be encrypted', async () => {
    const long = backend({ env: { KEY: 'x'.repeat(4097) } })
    await expect(put({ backends: [long] })).rejects.toMatchObject({ code: 'value_too_long' })
  })

  it('of an older version, stored as plain text, are encrypted at the start', async () => {
    const clear = Settings.parse({ backends: [backend()] })
    await engine.db.tx((trx) => writeSettings(trx, clear))
    const { vault } = engine.models
    for (let start = 0; start < 2; start += 1) await sealStoredEnv(engine.db, vault)
    const sealed = await stored()
    expect(sealed.backends[0]?.env['KEY']).toMatch(/^sealed:/)
    expect(await openEnv(vault, engine.log, sealed)).toEqual(clear)
    expect(await sealEnv(vault, sealed.backends)).toEqual(sealed.backends)
    await put({})
  })

  it('omit a value that the key of this data directory cannot decrypt', async () => {
    const foreign = Settings.parse({ backends: [backend({ env: { KEY: 'sealed:elsewhere', PLAIN: 'a' } })] })
    const { models, settingsFile } = engine
    await engine.db.tx((trx) => writeSettings(trx, foreign))
    const place = { db: engine.db, log: openLog('silent'), vault: models.vault, settingsFile }
    expect(await settingsInForce(place)).toMatchObject({ backends: [{ env: { PLAIN: 'a' } }] })
    await put({})
  })
})

describe('the settings file', () => {
  it('takes precedence over the settings of people, who cannot change its values', async () => {
    const { engine: other } = ofFile
    expect(await inForce(other)).toMatchObject({
      default_backend: 'filed',
      defaults: { parallelism: 7, mode: 'team' },
      backends: [{ name: 'filed', env: { KEY: 'from-the-file' } }],
    })
    const shown = await shownSettings(other)
    expect(shown.backends[0]?.env).toEqual({ KEY: mask })
    expect(
      await putSettings(other, { ...shown, defaults: { ...shown.defaults, mode: 'solo' } }),
    ).toMatchObject({
      defaults: { parallelism: 7, mode: 'solo' },
    })
    await expect(putSettings(other, { ...shown, default_backend: 'offline' })).rejects.toMatchObject({
      code: 'in_settings_file',
      message: expect.stringContaining(`The default backend is set in ${other.settingsFile.path}`),
    })
  })

  it('must name an existing default backend, or the server does not start', async () => {
    await refuseUnknownDefault(engine)
    await refuseUnknownDefault(ofFile.engine)
    const wrong = await openTestEngine({ settings: '\ndefault_backend: nobody\n' })
    await expect(refuseUnknownDefault(wrong.engine)).rejects.toThrow(
      /slipway\.yaml, line 2, default_backend: there is no backend "nobody"/,
    )
    await wrong.close()
  })
})

describe('a backend', () => {
  it('is added with encrypted values, and removed with its test results', async () => {
    const added = await addBackend(engine, backend())
    expect(added).toMatchObject({ name: 'mine', available: true, default_backend: 'offline' })
    expect((await stored()).backends[0]?.env['KEY']).toMatch(/^sealed:/)
    await expect(addBackend(engine, backend())).rejects.toMatchObject({ code: 'backend_exists' })
    await put({ ...(await shownSettings(engine)), default_backend: 'mine' })
    await removeBackend(engine, 'mine')
    expect(await stored()).toMatchObject({ backends: [], default_backend: null })
    await expect(removeBackend(engine, 'mine')).rejects.toMatchObject({ code: 'backend_not_found' })
  })

  it('can be removed without changing another default', async () => {
    await put({ backends: [backend()], default_backend: 'offline' })
    await removeBackend(engine, 'mine')
    expect(await stored()).toMatchObject({ default_backend: 'offline' })
    await put({})
  })

  it.each(['offline', 'team'])('cannot be called %s', async (name) => {
    await expect(addBackend(engine, backend({ name }))).rejects.toMatchObject({ code: 'built_in_backend' })
  })

  it('that is built in, or defined in the file, cannot be removed', async () => {
    await expect(removeBackend(engine, 'codex')).rejects.toMatchObject({ code: 'built_in_backend' })
    const filed = { code: 'in_settings_file' }
    await expect(removeBackend(ofFile.engine, 'filed')).rejects.toMatchObject(filed)
    await expect(addBackend(ofFile.engine, backend({ name: 'filed' }))).rejects.toMatchObject(filed)
  })

  it('is refused when there are too many', async () => {
    await put({ backends: Array.from({ length: 50 }, (_, n) => backend({ name: `b${n}`, env: {} })) })
    await expect(addBackend(engine, backend())).rejects.toMatchObject({ code: 'too_many_backends' })
    await put({})
  })

  it('of the registry is added by its entry, if it can be started here', async () => {
    const add = (distribution: object) =>
      addRegistryBackend(engine, {
        registry: RegistryEntry.parse({ id: 'agent', name: 'An agent', version: '1.2.3', distribution }),
      })
    expect(await add({ npx: { package: 'agent' } })).toMatchObject({
      name: 'agent',
      install: { version: '1.2.3', packages: ['agent@1.2.3'] },
    })
    await removeBackend(engine, 'agent')
    await expect(add({ binary: {} })).rejects.toMatchObject({ code: 'no_distribution' })
    await expect(add({ npx: { package: 'agent@latest' } })).rejects.toMatchObject({
      code: 'bad_registry_entry',
      message: expect.stringContaining('package'),
    })
  })
})
