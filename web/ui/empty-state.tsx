import type { ReactNode } from 'react'

/** An empty state with an explanation and an action. */
export function EmptyState({
  title,
  heading: Heading = 'h2',
  children,
  action,
}: {
  readonly title: string
  /** `h1` when there is nothing else on the page. */
  readonly heading?: 'h1' | 'h2'
  readonly children?: ReactNode
  readonly action?: ReactNode
}) {
  return (
    <div className="mx-auto flex max-w-100 flex-col items-center gap-2 px-6 py-16 text-center">
      <Heading className="text-base font-semibold">{title}</Heading>
      {children !== undefined && <div className="text-sm text-pretty text-muted">{children}</div>}
      {action !== undefined && <div className="mt-3">{action}</div>}
    </div>
  )
}
