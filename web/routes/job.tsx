import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, Outlet } from '@tanstack/react-router'
import { ApiError } from '../../src/client/api-error.ts'
import { useLiveJob } from '../api/live.ts'
import { queries } from '../api/queries.ts'
import { JobHeader } from '../job/frame/job-header.tsx'
import { JobSkeleton } from '../job/frame/job-skeleton.tsx'
import { useJobNews } from '../shell/announce.tsx'
import { useTitle } from '../shell/title.ts'
import { useJobId } from '../shell/use-job-id.ts'
import { Button, buttonClass } from '../ui/controls/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { lazyPart } from '../ui/lazy-part.tsx'
import { jobState } from '../words/job-state.ts'
import { statuses } from '../words/status.ts'

const route = getRouteApi('/app/jobs/$id')
const Asked = lazyPart(async () => (await import('../job/asked.tsx')).Asked)
const TaskPanel = lazyPart(async () => (await import('../board/panel/task-panel.tsx')).TaskPanel)

/** The frame around a job's tabs: its title, state and actions; one live stream for all of them. */
export function JobFrame() {
  const id = useJobId()
  const { task } = route.useSearch()
  useLiveJob(id)
  const { data: job, error, refetch } = useQuery(queries.job(id))
  useJobNews(job)
  useTitle(job?.title, job === undefined ? undefined : statuses[jobState(job)].label)
  if (job === undefined) {
    return error === null ? <JobSkeleton /> : <NoJob error={error} retry={() => void refetch()} />
  }
  return (
    <div className="relative flex h-full min-h-0 flex-col">
      <JobHeader job={job} />
      {(job.wait?.for === 'answer' || job.wait?.for === 'permission') && <Asked jobId={id} wait={job.wait} />}
      <div className="flex min-h-0 flex-1 flex-col overflow-hidden md:relative">
        <Outlet />
        {task !== undefined && <TaskPanel jobId={id} taskId={task} />}
      </div>
    </div>
  )
}

function NoJob({ error, retry }: { readonly error: Error; readonly retry: () => void }) {
  const isMissing = error instanceof ApiError && (error.status === 404 || error.status === 400)
  return (
    <EmptyState
      heading="h1"
      title={isMissing ? 'There is no such job' : 'The job could not be read'}
      action={
        isMissing ? (
          <Link to="/jobs" className={buttonClass({ variant: 'primary' })}>
            See all jobs
          </Link>
        ) : (
          <Button variant="primary" onClick={retry}>
            Try again
          </Button>
        )
      }
    >
      {isMissing ? 'The address may be mistyped, or the job belongs to another server.' : error.message}
    </EmptyState>
  )
}
