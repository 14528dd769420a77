import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'

/** Returns the number of jobs that need a person. */
export function useNeedsYou(): number {
  return useQuery(queries.jobs({ needs: 'person', page_size: 1 })).data?.total ?? 0
}
