import { cx } from '../ui/cx.ts'
import { Skeleton } from '../ui/skeleton.tsx'

/** The board while its cards are loading. */
export function BoardSkeleton() {
  return (
    <div role="status" className="flex min-h-0 flex-1 gap-3 p-4">
      <span className="sr-only">Loading the board</span>
      {[3, 1, 1, 2].map((cards, column) => (
        <div
          key={column}
          className={cx('flex flex-1 flex-col gap-2 rounded-xl bg-sunken p-2', column > 0 && 'max-md:hidden')}
        >
          <Skeleton className="mx-1.5 my-2 h-4 w-24" />
          {Array.from({ length: cards }, (_, card) => (
            <Skeleton key={card} className="h-24 rounded-lg" />
          ))}
        </div>
      ))}
    </div>
  )
}
