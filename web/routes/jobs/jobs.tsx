import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { JobList } from '../../../src/contract/job.ts'
import { queries } from '../../api/queries.ts'
import { useTitle } from '../../shell/title.ts'
import { Failure } from '../../ui/callout.tsx'
import { buttonClass } from '../../ui/controls/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { JobsBar } from './bar.tsx'
import { JobsFilter, Pager } from './filter.tsx'
import { JobRow, JobRowSkeletons } from './row.tsx'
import { useSelection } from './selection.ts'

const route = getRouteApi('/app/jobs')

/** All jobs, live: title, status, team, cost and proof. */
export function JobsScreen() {
  useTitle('Jobs')
  const search = route.useSearch()
  const { data, error, isPlaceholderData } = useQuery(
    queries.jobs({
      ...search,
      archived: search.archived === true ? 'true' : undefined,
      sort_by: search.sort_by ?? 'attention',
    }),
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
        {data === undefined ? (
          <Body>
            {error === null ? (
              <JobRowSkeletons />
            ) : (
              <div className="p-6">
                <Failure error={error} />
              </div>
            )}
          </Body>
        ) : (
          <Rows list={data} isBusy={isPlaceholderData} />
        )}
        {data !== undefined && data.total > data.page_size && <Pager list={data} />}
      </div>
    </Page>
  )
}

function Body({ isBusy = false, children }: { readonly isBusy?: boolean; readonly children: ReactNode }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto" aria-busy={isBusy}>
      {children}
    </div>
  )
}

function Rows({ list, isBusy }: { readonly list: JobList; readonly isBusy: boolean }) {
  const search = route.useSearch()
  const selection = useSelection(list.jobs, JSON.stringify(search))
  if (list.jobs.length === 0)
    return (
      <Body isBusy={isBusy}>
        <Nothing isBehindLast={list.total > 0} />
      </Body>
    )
  return (
    <>
      <JobsBar shown={list.jobs} selection={selection} isArchive={search.archived === true} />
      <Body isBusy={isBusy}>
        <ul aria-label="Jobs">
          {list.jobs.map((job) => (
            <JobRow
              key={job.id}
              job={job}
              isSelected={selection.has(job.id)}
              onSelect={(isSelected) => selection.set([job.id], isSelected)}
            />
          ))}
        </ul>
      </Body>
    </>
  )
}

/** Explains why no job is shown. `isBehindLast`: there are jobs, but not on this page. */
function Nothing({ isBehindLast }: { readonly isBehindLast: boolean }) {
  const { q, status, needs, archived } = route.useSearch()
  if (isBehindLast)
    return (
      <EmptyState
        title="Nothing is left on this page"
        action={
          <Link to="/jobs" search={(now) => ({ ...now, page: undefined })} className={buttonClass()}>
            Go to the first page
          </Link>
        }
      />
    )
  if (q !== undefined || status !== undefined || needs !== undefined)
    return (
      <EmptyState title="No matching jobs" action={<AllJobs />}>
        Try other words, or show jobs of every status.
      </EmptyState>
    )
  if (archived === true)
    return (
      <EmptyState title="No archived jobs" action={<AllJobs />}>
        Archive the jobs you are done with: they leave the list, and nothing is lost.
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
      A job turns one idea into a repository whose checks the server itself has run. Describe what should be
      built, and watch the team plan it, build it and prove it here.
    </EmptyState>
  )
}

function AllJobs() {
  return (
    <Link to="/jobs" search={{}} className={buttonClass()}>
      Show all jobs
    </Link>
  )
}
