import { useQuery } from '@tanstack/react-query'
import { linkOptions, Outlet } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { JobView } from '../../src/contract/job.ts'
import { useLiveJob } from '../api/live.ts'
import { useCancelJob, useRestartJob } from '../api/mutations.ts'
import { queries } from '../api/queries.ts'
import { useJobId } from '../job/use-job-id.ts'
import { useCommands } from '../shell/commands.ts'
import { useTitle } from '../shell/title.ts'
import { Button } from '../ui/button.tsx'
import { Failure } from '../ui/callout.tsx'
import { Page } from '../ui/page.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { statuses } from '../ui/status.ts'
import { StatusPill } from '../ui/status-pill.tsx'
import { TabLinks } from '../ui/tab-links.tsx'
import { showFailure } from '../ui/toast.tsx'

/** The frame around a job's tabs: what it is, how it stands, what can be done; one live stream for all of them. */
export function JobFrame() {
  const id = useJobId()
  useLiveJob(id)
  const { data: job, error } = useQuery(queries.job(id))
  useTitle(job?.title, job === undefined ? undefined : statuses[job.status].label)
  if (job === undefined) {
    return error === null ? (
      <SkeletonRows />
    ) : (
      <div className="p-6">
        <Failure error={error} />
      </div>
    )
  }
  return (
    <Page
      bleed
      title={job.title}
      meta={
        <>
          <StatusPill status={job.status} />
          {job.proof !== null && <StatusPill status={job.proof} look="bare" />}
        </>
      }
      actions={<JobActions job={job} />}
      tabs={
        <>
          {job.wait !== null && (
            <p className="pb-2 text-sm text-waiting">
              Waits for {job.wait.for}: {job.wait.on}
            </p>
          )}
          <ProgressBar
            value={job.progress}
            label="Progress of the job"
            tone={statuses[job.status].tone}
            className="mb-1"
          />
          <TabLinks label="Views of the job" tabs={tabsOf(id)} />
        </>
      }
    >
      <Outlet />
    </Page>
  )
}

function tabsOf(id: string) {
  const params = { id }
  return [
    { label: 'Board', link: linkOptions({ to: '/jobs/$id', params }) },
    { label: 'Team', link: linkOptions({ to: '/jobs/$id/team', params }) },
    { label: 'Activity', link: linkOptions({ to: '/jobs/$id/activity', params }) },
    { label: 'Files', link: linkOptions({ to: '/jobs/$id/files', params }) },
    { label: 'Proof', link: linkOptions({ to: '/jobs/$id/proof', params }) },
    { label: 'Plan', link: linkOptions({ to: '/jobs/$id/plan', params }) },
  ]
}

function JobActions({ job }: { readonly job: JobView }) {
  const cancel = useCancelJob(job.id)
  const restart = useRestartJob(job.id)
  const isOver = job.completed_at !== null
  const act = isOver ? restart : cancel
  const { mutate } = act
  useCommands(
    useMemo(
      () => [
        {
          id: 'job act',
          group: 'This job',
          title: isOver ? 'Restart the job' : 'Cancel the job',
          run: () => mutate(undefined, { onError: showFailure }),
        },
      ],
      [isOver, mutate],
    ),
  )
  return (
    <Button size="small" disabled={act.isPending} onClick={() => mutate(undefined, { onError: showFailure })}>
      {isOver ? 'Restart' : 'Cancel'}
    </Button>
  )
}
