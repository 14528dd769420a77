import {
  ProviderList,
  ProviderView,
  SecretList,
  SecretView,
  type ProviderInput,
} from '../contract/provider.ts'
import { requestJson, requestNothing, type Endpoint } from './request.ts'

/** Where models are, and the keys to them. */
export interface ProviderCalls {
  /** In the order in which they are chosen. */
  providers(): Promise<ProviderView[]>
  /** Adds a provider or changes it; what is left out stays, or is what the server knows of it. */
  setProvider(name: string, provider: ProviderInput): Promise<ProviderView>
  removeProvider(name: string): Promise<void>
  /** What was wrong with it has been mended: jobs that wait for it try again. */
  retryProvider(name: string): Promise<ProviderView>
  /** The names of the secrets; no call tells a value. */
  secrets(): Promise<SecretView[]>
  setSecret(name: string, value: string): Promise<SecretView>
  removeSecret(name: string): Promise<void>
}

export function providerCalls(endpoint: Endpoint): ProviderCalls {
  const provider = (name: string): string => `/api/providers/${encodeURIComponent(name)}`
  const secret = (name: string): string => `/api/secrets/${encodeURIComponent(name)}`
  return {
    providers: async () => (await requestJson(endpoint, '/api/providers', ProviderList)).providers,
    setProvider: (name, input) =>
      requestJson(endpoint, provider(name), ProviderView, { method: 'PUT', json: input }),
    removeProvider: (name) => requestNothing(endpoint, provider(name), { method: 'DELETE' }),
    retryProvider: (name) =>
      requestJson(endpoint, `${provider(name)}/retry`, ProviderView, { method: 'POST' }),
    secrets: async () => (await requestJson(endpoint, '/api/secrets', SecretList)).secrets,
    setSecret: (name, value) =>
      requestJson(endpoint, secret(name), SecretView, { method: 'PUT', json: { value } }),
    removeSecret: (name) => requestNothing(endpoint, secret(name), { method: 'DELETE' }),
  }
}
