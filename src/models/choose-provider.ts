import type { Provider, Wire } from '../contract/provider.ts'

/**
 * Returns the provider for a backend's calls on a wire: the first that names the backend, else the first that names none. A
 * backend that supports every wire requires a provider with a model, because nothing else chooses one.
 */
export function chooseProvider<P extends Provider>(
  providers: readonly P[],
  wire: Wire | 'any',
  backend: string,
): P | null {
  const fitting = providers.filter((provider) =>
    wire === 'any' ? provider.model !== null : provider.wire === wire,
  )
  return (
    fitting.find((provider) => provider.backends.includes(backend)) ??
    fitting.find((provider) => provider.backends.length === 0) ??
    null
  )
}
