import { queries } from './queries.ts'
import { queryClient } from './query-client.ts'

function known(): string | undefined {
  return queryClient.getQueryData(queries.backends().queryKey)?.find((backend) => backend.default)?.name
}

/**
 * Remembers which backend is the default; what is returned says, after a change, whether it still is. No change makes
 * another one the default in silence.
 */
export function rememberDefault(): () => Promise<string> {
  const before = known()
  return async () => {
    const backends = await queryClient.fetchQuery({ ...queries.backends(), staleTime: 0 })
    const standard = backends.find((backend) => backend.default)
    if (standard === undefined) return 'No backend can work now.'
    const still = before === undefined ? 'is' : before === standard.name ? 'is still' : 'is now'
    return `The default ${still} ${standard.display_name}.`
  }
}
