import { BoardSkeleton } from '../../board/board-skeleton.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'

/** The frame of a job that is loading, with space for its text. */
export function JobSkeleton() {
  return (
    <div className="flex h-full flex-col">
      <div className="flex flex-col gap-3 border-b border-line px-6 pt-4 max-md:px-4">
        <Skeleton className="h-5 w-2/5" />
        <Skeleton className="h-4 w-4/5" />
        <Skeleton className="mb-2 h-5 w-1/3" />
      </div>
      <BoardSkeleton />
    </div>
  )
}
