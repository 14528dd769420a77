import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { AttemptView, TaskView } from '../../../src/contract/job.ts'
import { queries } from '../../api/queries.ts'
import { StatusPill } from '../../parts/status-pill.tsx'
import { Failure } from '../../ui/callout.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Ago, Elapsed } from '../../ui/text/since.tsx'
import { costText, tokensDetail, tokensText } from '../../words/usage.ts'
import { Part } from './part.tsx'

/** All attempts and reviews of the task, the latest first. */
export function TaskAttempts({ jobId, task }: { readonly jobId: string; readonly task: TaskView }) {
  const { data, error } = useQuery(queries.attempts(jobId))
  const { data: evidence } = useQuery(queries.checks(jobId))
  if (task.attempts === 0) return null
  const own = (data ?? []).filter((attempt) => attempt.task_id === task.task_id)
  const refuted = new Set(
    (evidence?.checks ?? []).filter(({ verdict }) => verdict === 'fail').map((check) => check.attempt_id),
  )
  return (
    <Part title="Attempts">
      {data === undefined && error === null && <Skeleton className="h-12" />}
      {data === undefined && error !== null && <Failure error={error} />}
      {own.length > 0 && (
        <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
          {own.toReversed().map((attempt) => (
            <li key={attempt.id}>
              <Attempt jobId={jobId} attempt={attempt} isRefuted={refuted.has(attempt.id)} />
            </li>
          ))}
        </ul>
      )}
    </Part>
  )
}

function Attempt({
  jobId,
  attempt,
  isRefuted,
}: {
  readonly jobId: string
  readonly attempt: AttemptView
  /** Whether the session ended well but a check failed its work. */
  readonly isRefuted: boolean
}) {
  const used = costText(attempt.usage) ?? tokensText(attempt.usage)
  return (
    <Link
      to="/jobs/$id/team"
      params={{ id: jobId }}
      search={{ attempt: attempt.id }}
      title="Its transcript"
      className="flex flex-col gap-1 px-3 py-2 -outline-offset-2 hover:bg-hover"
    >
      <span className="flex items-center gap-2">
        <span className="font-medium whitespace-nowrap">{attemptName(attempt)}</span>
        <span className="min-w-0 truncate text-xs text-muted">
          {attempt.agent} · {attempt.backend}
        </span>
        <span className="ml-auto flex">
          {isRefuted ? (
            <StatusPill status="fail" label="Checks failed" look="bare" />
          ) : (
            <StatusPill status={attempt.status} look="bare" />
          )}
        </span>
      </span>
      {attempt.error !== null && (
        <span className="line-clamp-4 text-xs wrap-anywhere text-failed">{attempt.error}</span>
      )}
      <span className="flex gap-2 text-xs text-faint tabular-nums">
        <Ago at={attempt.started_at ?? attempt.created_at} />
        {attempt.started_at !== null && <Elapsed from={attempt.started_at} until={attempt.ended_at} />}
        {used !== null && <span title={tokensDetail(attempt.usage)}>{used}</span>}
      </span>
    </Link>
  )
}

function attemptName(attempt: AttemptView): string {
  return attempt.kind === 'review' ? `Review ${attempt.number}` : `Attempt ${attempt.number}`
}
