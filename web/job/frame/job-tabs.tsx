import { linkOptions } from '@tanstack/react-router'
import type { JobView } from '../../../src/contract/job.ts'
import { StatusIcon } from '../../parts/status-pill.tsx'
import { TabLinks } from '../../ui/tab-links.tsx'

/** The views of a job, some with a count or a status. */
export function JobTabs({ job }: { readonly job: JobView }) {
  const params = { id: job.id }
  const working = job.team.filter((agent) => agent.status === 'working').length
  return (
    <TabLinks
      label="Views of the job"
      tabs={[
        {
          label: 'Board',
          link: linkOptions({ to: '/jobs/$id', params }),
          count:
            job.tasks.total > 0 ? (
              <Count of="done">{`${job.tasks.done}/${job.tasks.total}`}</Count>
            ) : undefined,
        },
        {
          label: 'Team',
          link: linkOptions({ to: '/jobs/$id/team', params }),
          count:
            working > 0 ? (
              <span className="text-running">
                <Count of="working">{working}</Count>
              </span>
            ) : undefined,
        },
        { label: 'Activity', link: linkOptions({ to: '/jobs/$id/activity', params }) },
        { label: 'Files', link: linkOptions({ to: '/jobs/$id/files', params }) },
        {
          label: 'Proof',
          link: linkOptions({ to: '/jobs/$id/proof', params }),
          count:
            job.proof === null || (job.demo && job.proof === 'proven') ? undefined : (
              <StatusIcon status={job.proof} />
            ),
        },
        {
          label: 'Plan',
          link: linkOptions({ to: '/jobs/$id/plan', params }),
          count:
            job.wait?.for === 'approval' ? (
              <span className="rounded-full bg-waiting-soft px-1.5 font-medium text-waiting">approve</span>
            ) : undefined,
        },
      ]}
    />
  )
}

function Count({ of, children }: { readonly of: string; readonly children: React.ReactNode }) {
  return (
    <>
      {children}
      <span className="sr-only"> {of}</span>
    </>
  )
}
