import { z, type RouteConfig } from '@hono/zod-openapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeAttempted, type Attempted } from '../../test/helpers/stored-job.ts'
import { openTestApp, type TestApp } from '../../test/helpers/test-app.ts'

let opened: TestApp
let job: Attempted
let routes: readonly RouteConfig[]

beforeAll(async () => {
  opened = await openTestApp()
  job = await storeAttempted(opened.server.engine.db)
  routes = opened.app.openAPIRegistry.definitions.flatMap((one) => (one.type === 'route' ? [one.route] : []))
})
afterAll(() => opened.close())

/** The address of an endpoint with these values for its parameters. */
function addressOf({ path }: Pick<RouteConfig, 'path'>, valueOf: (name: string) => string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => valueOf(name))
}

describe('every endpoint', () => {
  const NOBODY = '01a20c4b-0000-7000-8000-000000000000'

  it('requires the token, except for health and the log-in', async () => {
    const open: string[] = []
    for (const route of routes) {
      const address = addressOf(route, () => NOBODY)
      const { status } = await opened.app.request(address, {
        method: route.method,
        headers: { host: 'slipway.test' },
      })
      if (status !== 401) open.push(`${route.method} ${route.path}`)
    }
    expect(routes.length).toBeGreaterThan(50)
    expect(open.toSorted()).toEqual([
      'get /health',
      'get /health/live',
      'get /health/ready',
      'post /api/session',
    ])
  })

  it('answers 404 for an invalid id, whatever else is wrong', async () => {
    const wrong: string[] = []
    const withId = routes.filter(({ path }) => path.includes('{id}'))
    for (const route of withId) {
      const { status } = await opened.ask(
        route.method,
        addressOf(route, () => 'no-id'),
      )
      if (status !== 404) wrong.push(`${route.method} ${route.path}: ${status}`)
    }
    expect(withId.length).toBeGreaterThan(30)
    expect(wrong).toEqual([])
  })

  it('answers 404 for a job that does not exist', async () => {
    const wrong: string[] = []
    const bare = routes.filter(
      ({ path, request }) => path.includes('/jobs/{id}') && request?.body === undefined,
    )
    for (const route of bare) {
      const response = await opened.ask(
        route.method,
        addressOf(route, () => NOBODY),
      )
      if (response.status !== 404) wrong.push(`${route.method} ${route.path}: ${response.status}`)
    }
    expect(bare.length).toBeGreaterThan(20)
    expect(wrong).toEqual([])
  })
})

/** The schema of an answer in JSON, as the endpoint declares it. */
function declared(method: string, path: string, status: number): z.ZodType {
  const route = routes.find((one) => one.method === method && one.path === path)
  const answer = route?.responses[status]
  const json = answer !== undefined && 'content' in answer ? answer.content?.['application/json'] : undefined
  if (json !== undefined && 'schema' in json && json.schema instanceof z.ZodType) return json.schema
  throw new Error(`${method} ${path} declares no answer ${status} in JSON`)
}

describe('an answer contains exactly the declared fields', () => {
  it.each([
    '/api/backends',
    '/api/backup',
    '/api/health/canary',
    '/api/jobs',
    '/api/jobs/{id}',
    '/api/jobs/{id}/agents',
    '/api/jobs/{id}/attempts',
    '/api/jobs/{id}/attempts/{attemptId}',
    '/api/jobs/{id}/budget',
    '/api/jobs/{id}/checks',
    '/api/jobs/{id}/documents',
    '/api/jobs/{id}/events',
    '/api/jobs/{id}/permissions',
    '/api/jobs/{id}/plan',
    '/api/jobs/{id}/progress',
    '/api/jobs/{id}/questions',
    '/api/jobs/{id}/tasks',
    '/api/providers',
    '/api/secrets',
    '/api/sessions',
    '/api/settings',
    '/api/stats',
    '/api/workers',
    '/health/live',
  ])('GET %s', async (path) => {
    const address = addressOf({ path }, (name) => (name === 'id' ? job.jobId : job.attemptId))
    const response = await opened.ask('GET', address)
    const answer: unknown = await response.json()
    expect([response.status, answer]).toEqual([200, declared('get', path, 200).parse(answer)])
  })

  it.each([
    ['post', '/api/jobs', 201, { vision: 'a counter', backend: 'offline' }],
    ['post', '/api/jobs/{id}/priority', 202, { priority: 'high' }],
    ['post', '/api/jobs/{id}/budget', 202, { tokens: 5000 }],
    ['post', '/api/jobs/{id}/cancel', 202, undefined],
    ['post', '/api/session/codes', 201, undefined],
    ['put', '/api/secrets/{name}', 200, { value: 'a-key' }],
    ['put', '/api/providers/{name}', 200, { wire: 'openai', base_url: 'http://127.0.0.1:1/v1' }],
  ])('%s %s', async (method, path, status, body) => {
    const address = addressOf({ path }, (name) => (name === 'id' ? job.jobId : 'own'))
    const response = await opened.ask(method.toUpperCase(), address, body)
    const answer: unknown = await response.json()
    expect([response.status, answer]).toEqual([status, declared(method, path, status).parse(answer)])
  })
})
