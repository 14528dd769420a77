import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { CustomBackend } from '../../src/contract/backend.ts'
import { client } from './client.ts'
import { keys } from './keys.ts'

/** Changes the backends: the list and the settings, which contain a part of it, are refetched. */
function useBackendChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: keys.backends }),
        cache.invalidateQueries({ queryKey: keys.settings }),
      ]),
  })
}

/** A backend by its command, or by its entry in the registry of the protocol. */
export type NewBackend = CustomBackend | { readonly registry: unknown; readonly name?: string }

export function useAddBackend() {
  return useBackendChange((backend: NewBackend) =>
    'registry' in backend ? client.addRegistryBackend(backend) : client.addBackend(backend),
  )
}

export function useRemoveBackend() {
  return useBackendChange((name: string) => client.removeBackend(name))
}

/** Resolves when the package manager has finished. */
export function useInstallBackend() {
  return useBackendChange((name: string) => client.installBackend(name, () => undefined))
}

/** Runs one real turn with a backend. */
export function useTryBackend() {
  return useMutation({ mutationFn: (name: string) => client.tryBackend(name) })
}

/** Runs the conformance kit with a backend. */
export function useTestBackend() {
  return useBackendChange((name: string) => client.testBackend(name))
}
