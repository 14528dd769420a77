import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAdvanceDue, storeJob } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { lockProviders, writeProvider, writeTrouble } from '../../store/models/providers.ts'
import { writeSecret } from '../../store/models/secrets.ts'
import type { Engine } from '../engine.ts'
import {
  removeProvider,
  removeSecret,
  retryProvider,
  setProvider,
  setSecret,
  viewProviders,
  viewSecrets,
} from './providers.ts'

let opened: TestEngine
let engine: Engine
let server: http.Server
let base_url: string
/** Called with each request to the provider before it is answered. */
let onRequest: (path: string) => void | Promise<void> = () => undefined

/** A provider that accepts the good key, and fails on request. */
async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  await onRequest(request.url ?? '')
  const key = request.headers.authorization
  if (request.url?.startsWith('/failing') === true)
    response.writeHead(503, { 'retry-after': '60' }).end('busy')
  else if (key === 'Bearer good' || key === undefined) response.end('{"data": []}')
  else response.writeHead(401).end('{"error": {"message": "wrong key"}}')
}

beforeAll(async () => {
  server = http.createServer((request, response) => void serve(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(async () => {
  await opened.close()
  server.close()
  server.closeAllConnections()
})

const answered = { result: 'answered', said: null, at: expect.any(String) }
const refused = { result: 'refused', said: 'it answered 401 (wrong key)', at: expect.any(String) }
const unknown = { code: 'unknown_provider' }

/** Stores a job that waits until a person acts on a provider. */
function storeWaiting(): Promise<string> {
  const wait = { for: 'backend', on: 'the key', since: new Date().toISOString(), until: null } as const
  return storeJob(engine.db, {}, { status: 'waiting', wait })
}

async function providerOf(name: string) {
  return (await viewProviders(engine)).find((provider) => provider.name === name)
}

describe('a provider', () => {
  it('is tested when it is set, and wakes the jobs that wait for one', async () => {
    const waiting = await storeWaiting()
    const set = await setProvider(engine, 'mine', { wire: 'openai', base_url, secret: null, model: 'large' })
    expect(set).toEqual({
      name: 'mine',
      wire: 'openai',
      base_url,
      secret: null,
      header: null,
      headers: {},
      responses: false,
      model: 'large',
      backends: [],
      usable: true,
      trouble: null,
      probe: answered,
    })
    expect(await isAdvanceDue(engine.db, waiting)).toBe(true)
    expect(await setProvider(engine, 'mine', { model: 'small' })).toMatchObject({ base_url, model: 'small' })
    await removeProvider(engine, 'mine')
    await expect(removeProvider(engine, 'mine')).rejects.toMatchObject(unknown)
  })

  it('known to Slipway needs only its name; another one needs its address', async () => {
    expect(await setProvider(engine, 'openai', {})).toMatchObject({
      wire: 'openai',
      base_url: 'https://api.openai.com/v1',
      secret: 'openai',
      responses: true,
      usable: false,
      probe: null,
    })
    await expect(setProvider(engine, 'nobody', { wire: 'openai' })).rejects.toMatchObject({
      code: 'incomplete_provider',
      message: expect.stringContaining('anthropic, openai'),
    })
    await removeProvider(engine, 'openai')
  })

  it('whose key is refused is blocked until a person acts', async () => {
    await setProvider(engine, 'keyed', { wire: 'openai', base_url })
    expect(await providerOf('keyed')).toMatchObject({ usable: false, probe: null })
    await setSecret(engine, 'keyed', 'bad')
    const trouble = { reason: 'the provider "keyed": it answered 401 (wrong key)', since: expect.any(String) }
    expect(await providerOf('keyed')).toMatchObject({ usable: true, probe: refused, trouble })
    const waiting = await storeWaiting()
    expect(await retryProvider(engine, 'keyed')).toMatchObject({ probe: refused, trouble })
    expect(await isAdvanceDue(engine.db, waiting)).toBe(true)
    await setSecret(engine, 'keyed', 'good')
    expect(await providerOf('keyed')).toMatchObject({ probe: answered, trouble: null })
    await removeSecret(engine, 'keyed')
    expect(await providerOf('keyed')).toMatchObject({ usable: false })
    await removeProvider(engine, 'keyed')
    await expect(retryProvider(engine, 'keyed')).rejects.toMatchObject(unknown)
  })

  it('that was changed during its test is not judged by that test', async () => {
    await setProvider(engine, 'changing', { wire: 'openai', base_url })
    onRequest = () =>
      engine.db.tx(async (trx) =>
        writeSecret(trx, 'changing', await engine.models.vault.seal('changing', 'good')),
      )
    await setSecret(engine, 'changing', 'bad')
    onRequest = () => undefined
    engine.models.changed()
    expect(await providerOf('changing')).toMatchObject({ probe: null, trouble: null })
    onRequest = () => engine.db.tx((trx) => trx.deleteFrom('providers').execute()).then(() => undefined)
    await engine.models.tryProvider('changing')
    onRequest = () => undefined
    engine.models.changed()
    expect(await viewProviders(engine)).toEqual([])
    await engine.models.tryProvider('changing')
  })

  it('whose key was sealed for another data directory cannot be used', async () => {
    await setProvider(engine, 'foreign', { wire: 'openai', base_url })
    await engine.db.tx((trx) => writeSecret(trx, 'foreign', 'sealed elsewhere'))
    engine.models.changed()
    expect(await providerOf('foreign')).toMatchObject({ usable: false })
    await removeProvider(engine, 'foreign')
  })

  it('that fails for a while shows until when, and is not called until then', async () => {
    await setProvider(engine, 'failing', {
      wire: 'openai',
      base_url: `${base_url}/failing`,
      secret: null,
      model: 'm',
    })
    const grant = engine.models.gateway.open({
      backend: 'x',
      jobId: null,
      taskId: null,
      attemptId: null,
      role: null,
    })
    const call = await fetch(`${engine.models.gateway.url}/openai/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${grant.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', messages: [] }),
    })
    expect(call.ok).toBe(false)
    expect(await providerOf('failing')).toMatchObject({
      trouble: {
        reason: expect.stringContaining('503'),
        since: expect.any(String),
        until: expect.any(String),
      },
    })
    await grant.close()
    await removeProvider(engine, 'failing')
  })

  it('is refused when there are too many', async () => {
    await engine.db.tx(async (trx) => {
      await lockProviders(trx)
      const plain = { secret: null, header: null, headers: {}, responses: false, model: null, backends: [] }
      for (let n = 0; n < 50; n += 1)
        await writeProvider(trx, { name: `p${n}`, wire: 'openai', base_url, ...plain })
    })
    await expect(setProvider(engine, 'more', { wire: 'openai', base_url })).rejects.toMatchObject({
      code: 'too_many_providers',
    })
    expect(await setProvider(engine, 'p7', { model: 'm' })).toMatchObject({ model: 'm' })
    await engine.db.tx((trx) => trx.deleteFrom('providers').execute())
    engine.models.changed()
  })
})

describe('a provider that refused a call', () => {
  it('waits for a person, unless its key was replaced meanwhile', async () => {
    await setProvider(engine, 'called', { wire: 'openai', base_url, model: 'm' })
    await setSecret(engine, 'called', 'bad')
    await engine.db.tx((trx) => writeTrouble(trx, 'called', null))
    engine.models.changed()
    const caller = { backend: 'x', jobId: null, taskId: null, attemptId: null, role: null }
    const call = async (): Promise<boolean> => {
      const grant = engine.models.gateway.open(caller)
      const response = await fetch(`${engine.models.gateway.url}/openai/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${grant.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'm', messages: [] }),
      })
      await grant.close()
      return response.ok
    }
    onRequest = () =>
      engine.db.tx(async (trx) =>
        writeSecret(trx, 'called', await engine.models.vault.seal('called', 'good')),
      )
    expect(await call()).toBe(false)
    onRequest = () => undefined
    expect(await providerOf('called')).toMatchObject({ trouble: null })
    await engine.db.tx(async (trx) =>
      writeSecret(trx, 'called', await engine.models.vault.seal('called', 'bad')),
    )
    engine.models.changed()
    expect(await call()).toBe(false)
    expect(await providerOf('called')).toMatchObject({ trouble: { until: null } })
    await removeProvider(engine, 'called')
  })
})

it('secrets are listed by name and time only', async () => {
  const before = Date.now()
  const set = await setSecret(engine, 'alone', 'value')
  expect(set).toEqual({ name: 'alone', set_at: expect.any(String) })
  expect(Date.parse(set.set_at)).toBeGreaterThanOrEqual(before)
  expect(JSON.stringify(await viewSecrets(engine))).not.toContain('value')
  await removeSecret(engine, 'alone')
  await expect(removeSecret(engine, 'alone')).rejects.toMatchObject({ code: 'unknown_secret' })
})
