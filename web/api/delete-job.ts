import { useMutation, useQueryClient } from '@tanstack/react-query'
import { client } from './client.ts'
import { keys } from './keys.ts'

/** Deletes the job; what the page knows of it is forgotten. */
export function useDeleteJob(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => client.deleteJob(id),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.jobs }),
  })
}
