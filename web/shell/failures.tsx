import { Link, type ErrorComponentProps } from '@tanstack/react-router'
import { Button, buttonClass } from '../ui/controls/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

/** The page for an unknown URL. */
export function NotFound() {
  return (
    <EmptyState
      heading="h1"
      title="There is nothing here"
      action={
        <Link to="/jobs" className={buttonClass({ variant: 'primary' })}>
          See all jobs
        </Link>
      }
    >
      The address may be mistyped, or what was here has been removed.
    </EmptyState>
  )
}

/** The page for a screen that failed to render: the error and links to continue. The rest of the page still works. */
export function ScreenFailure({ error, reset }: ErrorComponentProps) {
  return (
    <EmptyState
      heading="h1"
      title="This screen failed"
      action={
        <div className="flex gap-2">
          <Button variant="primary" onClick={reset}>
            Try again
          </Button>
          <Button onClick={() => window.location.reload()}>Load the page again</Button>
        </div>
      }
    >
      {error instanceof Error ? error.message : String(error)}
    </EmptyState>
  )
}

/** Shown while the code of a screen is loading. */
export function ScreenPending() {
  return <SkeletonRows />
}
