import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { JobList } from '../../src/contract/job.ts'
import { queries } from '../api/queries.ts'
import { useTitle } from '../shell/title.ts'
import { buttonClass } from '../ui/button.tsx'
import { Failure } from '../ui/callout.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Page } from '../ui/page.tsx'
import { JobRow, JobRowSkeletons } from './jobs-row.tsx'
import { JobsFilter, Pager } from './jobs-filter.tsx'

const route = getRouteApi('/app/jobs')

/** All jobs, live: title, status, team, cost and proof. */
export function JobsScreen() {
  useTitle('Jobs')
  const search = route.useSearch()
  const { data, error, isPlaceholderData } = useQuery(
    queries.jobs({ ...search, sort_by: search.sort_by ?? 'attention' }),
  )
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
      <div className="flex h-full min-h-0 flex-col">
        <JobsFilter />
        <div className="min-h-0 flex-1 overflow-y-auto" aria-busy={isPlaceholderData}>
          {error !== null && data === undefined && (
            <div className="p-6">
              <Failure error={error} />
            </div>
          )}
          {data === undefined && error === null && <JobRowSkeletons />}
          {data !== undefined && data.jobs.length > 0 && <Rows list={data} />}
          {data?.jobs.length === 0 && (
            <Nothing
              isFiltered={search.q !== undefined || search.status !== undefined || search.needs !== undefined}
            />
          )}
        </div>
        {data !== undefined && data.total > data.page_size && <Pager list={data} />}
      </div>
    </Page>
  )
}

function Rows({ list }: { readonly list: JobList }) {
  return (
    <ul aria-label="Jobs">
      {list.jobs.map((job) => (
        <JobRow key={job.id} job={job} />
      ))}
    </ul>
  )
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered)
    return (
      <EmptyState
        title="No job is like that"
        action={
          <Link to="/jobs" search={{}} className={buttonClass()}>
            Show all jobs
          </Link>
        }
      >
        Search for other words, or look at every status.
      </EmptyState>
    )
  return (
    <EmptyState
      title="No jobs yet"
      action={
        <Link to="/" className={buttonClass({ variant: 'primary' })}>
          Start the first one
        </Link>
      }
    >
      A job is one idea carried to a repository whose checks the server itself has run. Say what should be
      built, and watch the team plan it, build it and prove it here.
    </EmptyState>
  )
}
