import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ProviderInput, ProviderView } from '../../src/contract/provider.ts'
import { client } from './client.ts'
import { keys } from './keys.ts'

/** Changes the providers; backends are refetched too, because their availability depends on providers. */
function useProviderChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: keys.providers }),
        cache.invalidateQueries({ queryKey: keys.backends }),
      ]),
  })
}

/** A provider to connect or change; an empty key keeps the one that is set. */
export interface ConnectProvider {
  readonly name: string
  readonly input: ProviderInput
  readonly key: string
}

/** Sets the key first, so that an existing provider is never called without it. */
export function useConnectProvider() {
  return useProviderChange(async ({ name, input, key }: ConnectProvider): Promise<ProviderView> => {
    if (key === '') return client.setProvider(name, input)
    const secret = input.secret ?? name
    await client.setSecret(secret, key)
    return client.setProvider(name, { ...input, secret })
  })
}

export function useRemoveProvider() {
  return useProviderChange((name: string) => client.removeProvider(name))
}

/** Reports that the provider's problem was fixed: jobs that wait for it try again. */
export function useRetryProvider() {
  return useProviderChange((name: string) => client.retryProvider(name))
}
