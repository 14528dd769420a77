import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleAlert } from 'lucide-react'
import type { JobView } from '../../../src/contract/job.ts'
import { queries } from '../../api/queries.ts'

const look = 'font-medium underline underline-offset-2 hover:text-ink'

/** The reason why the job failed, with links to the evidence and the next steps. */
export function FailureLine({ job }: { readonly job: JobView }) {
  const { data: tasks } = useQuery(queries.tasks(job.id))
  const failed = tasks?.find((task) => task.status === 'failed')
  const params = { id: job.id }
  return (
    <p className="flex items-start gap-2 rounded-md bg-failed-soft px-2.5 py-1.5 text-sm text-failed">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="min-w-0 wrap-anywhere">
        {job.error ?? 'The job failed.'}{' '}
        {failed === undefined ? (
          <Link to="/jobs/$id/proof" params={params} className={look}>
            See the evidence
          </Link>
        ) : (
          <Link to="/jobs/$id" params={params} search={{ task: failed.task_id }} className={look}>
            See what happened
          </Link>
        )}{' '}
        or restart the job: it goes on where it stopped.
      </span>
    </p>
  )
}
