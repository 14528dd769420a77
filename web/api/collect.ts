import { useMutation, useQueryClient } from '@tanstack/react-query'
import { client } from './client.ts'
import { keys } from './keys.ts'

/** Removes now what goes by the retention of the settings; resolves with what was removed. */
export function useCollect() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => client.collect(),
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: keys.storage }),
        cache.invalidateQueries({ queryKey: keys.jobs }),
      ]),
  })
}
