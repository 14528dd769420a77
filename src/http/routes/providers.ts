import { z } from '@hono/zod-openapi'
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
import {
  removeProvider,
  removeSecret,
  retryProvider,
  setProvider,
  setSecret,
  viewProviders,
  viewSecrets,
} from '../../engine/models/providers.ts'
import { gone, ok } from '../answers.ts'
import { optionalJsonBody } from '../bodies.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import type { ServerParts } from '../server-parts.ts'

/** Endpoints of model providers and their keys. */
export function providerEndpoints(server: ServerParts): Endpoint[] {
  return [...providers(server), ...secrets(server)]
}

function providers({ engine }: ServerParts): Endpoint[] {
  const path = '/api/providers/{name}'
  const params = { name: z.string().pipe(ProviderName) }
  return [
    endpoint({
      method: 'get',
      path: '/api/providers',
      summary: 'The providers of models, in the order in which they are chosen',
      answers: { 200: ok(ProviderList, 'The providers.') },
      handle: async () => ({ providers: await viewProviders(engine) }),
    }),
    endpoint({
      method: 'put',
      path,
      summary: 'Add or change a provider; omitted fields keep their values or get the known defaults',
      params,
      body: optionalJsonBody(ProviderInput),
      answers: { 200: ok(ProviderView, 'The current provider.') },
      handle: ({ params: { name }, body }) => setProvider(engine, name, body),
    }),
    endpoint({
      method: 'post',
      path: `${path}/retry`,
      summary: 'Retry a provider that refused its key, after the problem was fixed',
      params,
      answers: { 200: ok(ProviderView, 'The current provider; jobs that waited for it continue.') },
      handle: ({ params: { name } }) => retryProvider(engine, name),
    }),
    endpoint({
      method: 'delete',
      path,
      summary: 'Remove a provider; its key stays until it is removed',
      params,
      answers: gone,
      handle: ({ params: { name } }) => removeProvider(engine, name),
    }),
  ]
}

/** Secrets are write-only: none of these returns a value. */
function secrets({ engine }: ServerParts): Endpoint[] {
  const path = '/api/secrets/{name}'
  const params = { name: z.string().pipe(SecretName) }
  return [
    endpoint({
      method: 'get',
      path: '/api/secrets',
      summary: 'The names of the secrets and when they were set; no route returns a value',
      answers: { 200: ok(SecretList, 'The names.') },
      handle: async () => ({ secrets: await viewSecrets(engine) }),
    }),
    endpoint({
      method: 'put',
      path,
      summary: 'Set a secret, or replace it',
      params,
      body: SecretValue,
      answers: { 200: ok(SecretView, 'It is stored, encrypted.') },
      handle: ({ params: { name }, body }) => setSecret(engine, name, body.value),
    }),
    endpoint({
      method: 'delete',
      path,
      summary: 'Remove a secret',
      params,
      answers: gone,
      handle: ({ params: { name } }) => removeSecret(engine, name),
    }),
  ]
}
