import { cx } from './cx.ts'

/** A placeholder for content that is loading. Give it the size of that content. */
export function Skeleton({ className }: { readonly className?: string }) {
  return <div aria-hidden className={cx('animate-breathe rounded bg-hover', className)} />
}

/** A list or table that is loading. */
export function SkeletonRows({ rows = 6 }: { readonly rows?: number }) {
  return (
    <div role="status" className="flex flex-col gap-3 p-4">
      <span className="sr-only">Loading</span>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} className={cx('h-4', ['w-11/12', 'w-3/4', 'w-5/6', 'w-2/3'][index % 4])} />
      ))}
    </div>
  )
}
