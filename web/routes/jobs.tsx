import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { JobSummary } from '../../src/contract/job.ts'
import { queries } from '../api/queries.ts'
import { useTitle } from '../shell/title.ts'
import { buttonClass } from '../ui/button.tsx'
import { Failure } from '../ui/callout.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Page } from '../ui/page.tsx'
import { Ago } from '../ui/since.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StatusPill } from '../ui/status-pill.tsx'

const route = getRouteApi('/app/jobs')

/** Every job, newest first, live. */
export function JobsScreen() {
  useTitle('Jobs')
  const { data, error } = useQuery(queries.jobs(route.useSearch()))
  return (
    <Page
      bleed
      title="Jobs"
      meta={data !== undefined && <span className="text-sm text-faint tabular-nums">{data.total}</span>}
      actions={
        <Link to="/" className={buttonClass({ variant: 'primary', size: 'small' })}>
          New job
        </Link>
      }
    >
      <div className="overflow-y-auto">
        {error !== null && data === undefined && (
          <div className="p-6">
            <Failure error={error} />
          </div>
        )}
        {data === undefined && error === null && <SkeletonRows />}
        {data?.jobs.map((job) => (
          <JobRow key={job.id} job={job} />
        ))}
        {data?.jobs.length === 0 && (
          <EmptyState
            title="No jobs yet"
            action={
              <Link to="/" className={buttonClass({ variant: 'primary' })}>
                Start the first one
              </Link>
            }
          >
            Say what should be built and watch it happen here.
          </EmptyState>
        )}
      </div>
    </Page>
  )
}

function JobRow({ job }: { readonly job: JobSummary }) {
  return (
    <Link
      to="/jobs/$id"
      params={{ id: job.id }}
      className="flex h-11 items-center gap-3 border-b border-line px-6 -outline-offset-2 hover:bg-hover max-md:px-4"
    >
      <span className="flex w-24 shrink-0">
        <StatusPill status={job.status} look="bare" />
      </span>
      <span className="min-w-0 flex-1 truncate font-medium">{job.title}</span>
      {job.proof !== null && <StatusPill status={job.proof} look="bare" />}
      <span className="w-24 truncate text-muted max-md:hidden">{job.backend}</span>
      <span className="w-20 text-right text-xs text-muted">
        <Ago at={job.created_at} />
      </span>
    </Link>
  )
}
