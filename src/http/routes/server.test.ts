import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../../../test/helpers/test-app.ts'

let opened: TestApp

beforeAll(async () => {
  opened = await openTestApp({ slots: 0 })
})
afterAll(() => opened.close())

async function ask(...asked: Parameters<TestApp['ask']>): Promise<[number, Record<string, unknown>]> {
  const response = await opened.ask(...asked)
  const text = await response.text()
  return [response.status, text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)]
}

describe('health', () => {
  it.each(['/health', '/health/ready'])(
    '%s is 503 while something is wrong, and reports what',
    async (path) => {
      const response = await opened.app.request(path, { headers: { host: 'slipway.test' } })
      expect([response.status, await response.json()]).toMatchObject([
        503,
        {
          status: 'unavailable',
          checks: {
            database: { ok: true },
            worker: { ok: false, detail: expect.stringContaining('switched off') },
          },
        },
      ])
    },
  )

  it('takes no query', async () => {
    expect(await ask('GET', '/health/live?a=1')).toMatchObject([
      400,
      { error: expect.stringContaining('"a"') },
    ])
  })

  it('of a live process is ok', async () => {
    expect(await ask('GET', '/health/live')).toEqual([200, { status: 'ok', version: '1.0.0', checks: {} }])
  })
})

it('the worker and the statistics are shown', async () => {
  expect(await ask('GET', '/api/workers')).toMatchObject([200, { workers: [{ slots: 0, leases: [] }] }])
  expect(await ask('GET', '/api/stats')).toMatchObject([200, { slots: { total: 0, busy: 0 } }])
})

it('settings are replaced as a whole', async () => {
  const [, settings] = await ask('GET', '/api/settings')
  const changed = { ...settings, defaults: { parallelism: 3 } }
  expect(await ask('PUT', '/api/settings', changed)).toMatchObject([200, { defaults: { parallelism: 3 } }])
  expect(await ask('GET', '/api/settings')).toMatchObject([
    200,
    { defaults: { parallelism: 3, mode: 'team' } },
  ])
  expect(await ask('PUT', '/api/settings', { defaults: { parallelism: 0 } })).toMatchObject([
    400,
    { issues: [{ path: 'defaults.parallelism' }] },
  ])
})

describe('backends', () => {
  const backend = { name: 'mine', command: ['my-agent', '--acp'] }

  it('are added and removed', async () => {
    expect(await ask('POST', '/api/backends', backend)).toMatchObject([
      201,
      { name: 'mine', available: false },
    ])
    const [, { backends }] = await ask('GET', '/api/backends')
    expect((backends as { name: string }[]).map(({ name }) => name)).toContain('mine')
    expect(await ask('DELETE', '/api/backends/mine')).toEqual([204, {}])
    expect(await ask('DELETE', '/api/backends/mine')).toMatchObject([404, { code: 'backend_not_found' }])
  })

  it('are validated as the kind that they are meant to be', async () => {
    expect(await ask('POST', '/api/backends', { name: 'mine' })).toMatchObject([
      400,
      { issues: [{ path: 'command' }] },
    ])
    const [status, { issues }] = await ask('POST', '/api/backends', { registry: { id: 1 } })
    expect([status, JSON.stringify(issues)]).toEqual([400, expect.stringContaining('"registry.id"')])
  })

  it.each([
    ['POST', '/api/backends/none/install', 404, 'backend_not_found'],
    ['POST', '/api/backends/NONE/install', 404, 'backend_not_found'],
    ['POST', '/api/backends/offline/install', 409, 'not_installable'],
    ['DELETE', '/api/backends/offline/install', 409, 'not_installed'],
    ['POST', '/api/backends/none/trial', 404, 'backend_not_found'],
    ['POST', '/api/backends/none/test', 404, 'backend_not_found'],
  ])('are distinguished: %s %s', async (method, path, status, code) => {
    expect(await ask(method, path)).toMatchObject([status, { code }])
  })
})

describe('keys and providers', () => {
  it('are set, and a key is never shown', async () => {
    const [status, stored] = await ask('PUT', '/api/secrets/mine', { value: 'sk-123' })
    expect([status, Object.keys(stored)]).toEqual([200, ['name', 'set_at']])
    expect(JSON.stringify(await ask('GET', '/api/secrets'))).not.toContain('sk-123')
    const provider = { wire: 'openai', base_url: 'http://127.0.0.1:1/v1', secret: 'mine' }
    expect(await ask('PUT', '/api/providers/own', provider)).toMatchObject([200, { name: 'own' }])
    expect(await ask('POST', '/api/providers/own/retry')).toMatchObject([200, { name: 'own' }])
    expect(await ask('DELETE', '/api/providers/own')).toEqual([204, {}])
    expect(await ask('DELETE', '/api/secrets/mine')).toEqual([204, {}])
    expect(await ask('DELETE', '/api/secrets/mine')).toMatchObject([404, { code: 'unknown_secret' }])
  })

  it.each([
    ['PUT', '/api/secrets/A'],
    ['DELETE', '/api/providers/a%20b'],
    ['POST', '/api/providers/%C3%A4/retry'],
  ])('have plain names: %s %s', async (method, path) => {
    const message = expect.any(String)
    expect(await ask(method, path, { value: 'a' })).toMatchObject([
      400,
      { code: 'invalid_request', issues: [{ path: '', message }] },
    ])
  })
})

it('the last backup is null when there was none', async () => {
  expect(await ask('GET', '/api/backup')).toMatchObject([200, { status: 'never' }])
  expect(await ask('POST', '/api/backup', { directory: 'relative' })).toMatchObject([400, {}])
})
