import { z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import {
  ProviderInput,
  ProviderList,
  ProviderName,
  ProviderView,
  SecretList,
  SecretName,
  SecretValue,
  SecretView,
} from '../../contract/provider.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, ok } from '../describe.ts'
import { invalid } from '../errors.ts'
import { readJson, readOptionalJson } from '../read-body.ts'

const nameParams = z.object({ name: z.string() })

/** Routes of model providers and their keys. */
export function providerRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/providers',
    summary: 'The providers of models, in the order in which they are chosen',
    responses: { 200: ok(ProviderList, 'The providers.'), ...errors },
  })
  app.get('/api/providers', async (c) => c.json({ providers: await deps.providers.list() }))

  app.openAPIRegistry.registerPath({
    method: 'put',
    path: '/api/providers/{name}',
    summary: 'Add a provider or change it; what is left out stays, or is what Slipway knows of it',
    request: {
      params: nameParams,
      body: { content: { 'application/json': { schema: ProviderInput } } },
    },
    responses: { 200: ok(ProviderView, 'The provider as it is now.'), ...errors },
  })
  app.put('/api/providers/:name', async (c) => {
    const provider = ProviderInput.safeParse(await readOptionalJson(c, deps.limits.bodyBytes))
    if (!provider.success) throw invalid(provider.error, 'provider')
    return c.json(await deps.providers.set(nameOf(c, ProviderName), provider.data))
  })

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/providers/{name}/retry',
    summary: 'Try a provider again that refused its key: what was wrong has been mended',
    request: { params: nameParams },
    responses: {
      200: ok(ProviderView, 'The provider as it is now; jobs that waited for it go on.'),
      ...errors,
    },
  })
  app.post('/api/providers/:name/retry', async (c) =>
    c.json(await deps.providers.retry(nameOf(c, ProviderName))),
  )

  app.openAPIRegistry.registerPath({
    method: 'delete',
    path: '/api/providers/{name}',
    summary: 'Remove a provider; its key stays until it is removed',
    request: { params: nameParams },
    responses: { 204: { description: 'It is gone.' }, ...errors },
  })
  app.delete('/api/providers/:name', async (c) => {
    await deps.providers.remove(nameOf(c, ProviderName))
    return c.body(null, 204)
  })
  secretRoutes(app, deps)
}

function secretRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/secrets',
    summary: 'The names of the secrets and when they were set; no route tells a value',
    responses: { 200: ok(SecretList, 'The names.'), ...errors },
  })
  app.get('/api/secrets', async (c) => c.json({ secrets: await deps.secrets.list() }))

  app.openAPIRegistry.registerPath({
    method: 'put',
    path: '/api/secrets/{name}',
    summary: 'Set a secret, or replace it',
    request: { params: nameParams, body: { content: { 'application/json': { schema: SecretValue } } } },
    responses: { 200: ok(SecretView, 'It is stored, encrypted.'), ...errors },
  })
  app.put('/api/secrets/:name', async (c) => {
    const secret = SecretValue.safeParse(await readJson(c, deps.limits.bodyBytes))
    if (!secret.success) throw invalid(secret.error, 'secret')
    return c.json(await deps.secrets.set(nameOf(c, SecretName), secret.data.value))
  })

  app.openAPIRegistry.registerPath({
    method: 'delete',
    path: '/api/secrets/{name}',
    summary: 'Remove a secret',
    request: { params: nameParams },
    responses: { 204: { description: 'It is gone.' }, ...errors },
  })
  app.delete('/api/secrets/:name', async (c) => {
    await deps.secrets.remove(nameOf(c, SecretName))
    return c.body(null, 204)
  })
}

function nameOf(c: Context, schema: z.ZodType<string>): string {
  const name = schema.safeParse(c.req.param('name'))
  if (!name.success) throw invalid(name.error, 'name')
  return name.data
}
