import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isTransient } from '../../src/client/api-error.ts'
import { noticeLogOut } from './logged-out.ts'

const retries = 2

/**
 * The query cache. Live streams invalidate its entries; `staleTime` only avoids repeated requests by several parts of the
 * same screen.
 */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeLogOut }),
  mutationCache: new MutationCache({ onError: noticeLogOut }),
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      gcTime: 5 * 60_000,
      // A server on this machine is reachable even without a network.
      networkMode: 'always',
      retry: (failures, error) => failures < retries && isTransient(error),
    },
    mutations: { networkMode: 'always' },
  },
})
