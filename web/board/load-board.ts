import { queries } from '../api/queries.ts'
import { queryClient } from '../api/query-client.ts'
import { loadVirtualList } from '../ui/virtual-list.tsx'

/** The number of cards from which columns render only visible ones. */
export const virtualFrom = 60

/** Loads the data of a job's board, and the code that renders a long one. */
export async function loadBoard(jobId: string): Promise<void> {
  const tasks = queries.tasks(jobId)
  await queryClient.prefetchQuery(tasks)
  if ((queryClient.getQueryData(tasks.queryKey)?.length ?? 0) >= virtualFrom) await loadVirtualList()
}
