import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Hourglass } from 'lucide-react'
import type { ReactNode } from 'react'
import type { JobView } from '../../../src/contract/job.ts'
import type { Wait } from '../../../src/contract/words.ts'
import { queries } from '../../api/queries.ts'
import { useIsNoticed } from '../../board/task-wait.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { Elapsed } from '../../ui/text/since.tsx'
import { clockTime, duration, useNow } from '../../ui/text/time.ts'
import { waitWords, type Remedy } from '../../words/wait.ts'

const RaiseBudget = lazyPart(async () => (await import('./raise-budget.tsx')).RaiseBudget)

/** The reason why the job is waiting, for how long, and the remedy; nothing while it is not waiting. */
export function WaitLine({ job }: { readonly job: JobView }) {
  if (job.wait !== null) return <NamedWait job={job} wait={job.wait} />
  return job.completed_at === null ? <QueueLine job={job} /> : null
}

function NamedWait({ job, wait }: { readonly job: JobView; readonly wait: Wait }) {
  const isNoticed = useIsNoticed(wait)
  // An agent's request is shown below with its answers, so it is not repeated here.
  if (!isNoticed || isAsked(wait.for)) return null
  const { text, remedy } = waitWords(wait)
  return (
    <Line remedy={<RemedyLink job={job} remedy={remedy} />}>
      {text}, <Elapsed from={wait.since} />
      {wait.until !== null && <Until at={wait.until} />}
    </Line>
  )
}

/** Whether the wait is for an agent's request, which is shown with its own deadline beside the answers. */
function isAsked(what: Wait['for']): boolean {
  return what === 'permission' || what === 'answer'
}

/** Explains a job that is queued: behind other jobs, or because the server cannot work. */
function QueueLine({ job }: { readonly job: JobView }) {
  const { data: stats } = useQuery(queries.stats())
  const { data: health } = useQuery(queries.health())
  const isFull = stats !== undefined && stats.slots.busy >= stats.slots.total
  const trouble = Object.values(health?.checks ?? {}).find((check) => !check.ok)
  const { data: attempts } = useQuery({
    ...queries.attempts(job.id),
    enabled: isFull || trouble !== undefined,
  })
  const isAtWork = attempts?.some((attempt) => attempt.status === 'running') ?? job.status !== 'queued'
  if (isAtWork) return null
  const queued = attempts?.findLast((attempt) => attempt.status === 'queued')
  if (job.status !== 'queued' && queued === undefined) return null
  const since = queued?.created_at ?? job.created_at
  if (trouble !== undefined) {
    return (
      <Line remedy={<RemedyLink job={job} remedy="health" />}>
        Waiting for the server, <Elapsed from={since} />: {trouble.detail}
      </Line>
    )
  }
  if (!isFull) return null
  return (
    <Line>
      Waiting for a free slot, <Elapsed from={since} />: {stats.slots.busy} of {stats.slots.total} busy
    </Line>
  )
}

function Line({ remedy, children }: { readonly remedy?: ReactNode; readonly children: ReactNode }) {
  return (
    <div
      data-wait
      className="flex items-start gap-2 rounded-md bg-waiting-soft px-2.5 py-1.5 text-sm text-waiting"
    >
      <Hourglass aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 wrap-anywhere">
        {children}. {remedy}
      </div>
    </div>
  )
}

function Until({ at }: { readonly at: string }) {
  const left = Date.parse(at) - useNow()
  return left > 0 ? (
    <>
      ; it continues in{' '}
      <time dateTime={at} className="tabular-nums">
        {duration(left)}
      </time>
    </>
  ) : (
    <>; it should have continued at {clockTime(at)}</>
  )
}

function RemedyLink({ job, remedy }: { readonly job: JobView; readonly remedy: Remedy }) {
  const look = 'font-medium underline underline-offset-2 hover:text-ink'
  const params = { id: job.id }
  switch (remedy) {
    case 'plan':
      return (
        <Link to="/jobs/$id/plan" params={params} className={look}>
          Review the plan
        </Link>
      )
    case 'team':
      return (
        <Link to="/jobs/$id/team" params={params} className={look}>
          Go to the team
        </Link>
      )
    case 'models':
      return (
        <Link to="/settings" className={look}>
          Look at its key
        </Link>
      )
    case 'health':
      return (
        <Link to="/health" className={look}>
          See what is wrong
        </Link>
      )
    case 'budget':
      return <RaiseBudget jobId={job.id} />
    case null:
      return null
  }
}
