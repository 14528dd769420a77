import { useParams } from '@tanstack/react-router'

/** The job whose pages these are. Only inside `/jobs/$id`. */
export function useJobId(): string {
  return useParams({ from: '/app/jobs/$id' }).id
}
