import { useQuery } from '@tanstack/react-query'
import type { JobView } from '../../src/contract/job.ts'
import { queries } from '../api/queries.ts'
import { useJobId } from '../shell/use-job-id.ts'
import { Failure } from '../ui/callout.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { BoardSkeleton } from './board-skeleton.tsx'
import { Cards } from './cards.tsx'

/** The job's tasks as cards in columns. */
export function Board() {
  const id = useJobId()
  const { data: tasks, error } = useQuery(queries.tasks(id))
  const { data: about } = useQuery(queries.job(id))
  if (tasks === undefined) {
    return error === null ? (
      <BoardSkeleton />
    ) : (
      <div className="p-6">
        <Failure error={error} />
      </div>
    )
  }
  if (tasks.length === 0) return <NoCards job={about} />
  return <Cards jobId={id} job={about} tasks={tasks} />
}

function NoCards({ job: about }: { readonly job: JobView | undefined }) {
  if (about?.status === 'queued') {
    return (
      <EmptyState title="Not started yet">
        The job is accepted and is in the queue. Its first cards appear when work begins.
      </EmptyState>
    )
  }
  return about !== undefined && about.completed_at !== null ? (
    <EmptyState title="No cards">The job ended before there was a task.</EmptyState>
  ) : (
    <EmptyState title="The team is being assembled">The first cards appear in a moment.</EmptyState>
  )
}
