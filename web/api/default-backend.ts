import { queries } from './queries.ts'
import { queryClient } from './query-client.ts'

function known(): string | undefined {
  return queryClient.getQueryData(queries.backends().queryKey)?.find((backend) => backend.default)?.name
}

/**
 * Remembers the default backend; the returned function reports, after a change, whether it still is the default, so that no
 * change silently makes another one the default.
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
