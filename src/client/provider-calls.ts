import {
  ProviderList,
  ProviderView,
  SecretList,
  SecretView,
  type ProviderInput,
} from '../contract/provider.ts'
import { requestJson, requestNothing, type Endpoint } from './request.ts'

/** API calls for model providers and their keys. */
export interface ProviderCalls {
  /** Returns the providers in order of preference. */
  providers(): Promise<ProviderView[]>
  /** Adds or changes a provider; missing fields stay unchanged, or use the server's defaults. */
  setProvider(name: string, provider: ProviderInput): Promise<ProviderView>
  removeProvider(name: string): Promise<void>
  /** Reports that the provider's problem was fixed: jobs that wait for it try again. */
  retryProvider(name: string): Promise<ProviderView>
  /** Returns the names of the secrets; no call returns a value. */
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
