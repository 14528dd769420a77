import { useParams } from '@tanstack/react-router'

/** Returns the id of the current job. Only inside `/jobs/$id`. */
export function useJobId(): string {
  return useParams({ from: '/app/jobs/$id' }).id
}
