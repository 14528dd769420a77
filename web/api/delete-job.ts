import { useMutation, useQueryClient } from '@tanstack/react-query'
import { client } from './client.ts'
import { keys } from './keys.ts'

/** Deletes the job. What follows is called also when the component that asked is no longer shown. */
export function useDeleteJob(
  id: string,
  { onDeleted, onError }: { readonly onDeleted: () => void; readonly onError: (error: Error) => void },
) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => client.deleteJob(id),
    onSuccess: () => {
      onDeleted()
      return cache.invalidateQueries({ queryKey: keys.jobs })
    },
    onError,
  })
}
