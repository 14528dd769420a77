import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isTransient } from '../../src/client/api-error.ts'
import { noticeLogOut } from './logged-out.ts'

const retries = 2

/**
 * What the server last said. Live streams say when an answer is out of date; `staleTime` only spares the server what
 * was asked a moment ago by another part of the same screen.
 */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeLogOut }),
  mutationCache: new MutationCache({ onError: noticeLogOut }),
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      gcTime: 5 * 60_000,
      // A server on this machine is there when the network is not.
      networkMode: 'always',
      retry: (failures, error) => failures < retries && isTransient(error),
    },
    mutations: { networkMode: 'always' },
  },
})
