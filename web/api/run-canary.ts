import { useMutation, useQueryClient } from '@tanstack/react-query'
import { client } from './client.ts'
import { keys } from './keys.ts'

/** Runs a canary, the server's test of itself with a small job; resolves when it has ended. */
export function useRunCanary() {
  const cache = useQueryClient()
  const readAgain = (): Promise<unknown> =>
    Promise.all([
      cache.invalidateQueries({ queryKey: keys.canary }),
      cache.invalidateQueries({ queryKey: keys.health }),
    ])
  return useMutation({
    mutationFn: () => {
      const answer = client.runCanary()
      void readAgain()
      return answer
    },
    onSuccess: (canary) => cache.setQueryData(keys.canary, canary),
    onSettled: readAgain,
  })
}
