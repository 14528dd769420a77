import { queries } from '../api/queries.ts'
import { queryClient } from '../api/query-client.ts'
import { loadVirtualList } from '../ui/virtual-list.tsx'

/** From this many cards on, columns draw only what is in sight. */
export const virtualFrom = 60

/** Reads what the board of a job shows, and what a long one is drawn with. */
export async function loadBoard(jobId: string): Promise<void> {
  const tasks = queries.tasks(jobId)
  await queryClient.prefetchQuery(tasks)
  if ((queryClient.getQueryData(tasks.queryKey)?.length ?? 0) >= virtualFrom) await loadVirtualList()
}
