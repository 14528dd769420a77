import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { CheckView, TaskView } from '../../../src/contract/job.ts'
import { queries } from '../../api/queries.ts'
import { StatusIcon } from '../../parts/status-pill.tsx'
import { measured } from '../../ui/text/time.ts'
import { statuses } from '../../words/status.ts'
import { Part } from './part.tsx'

/** The checks of the task, and their latest results. */
export function TaskChecks({ jobId, task }: { readonly jobId: string; readonly task: TaskView }) {
  const { data } = useQuery(queries.checks(jobId))
  const own = (data?.checks ?? []).filter((check) => check.task_id === task.task_id && check.kind === 'check')
  const latest = own.filter((check) => check.round === Math.max(...own.map(({ round }) => round)))
  const waiting = task.checks.filter((command) => !latest.some((check) => check.command === command))
  if (latest.length + waiting.length === 0) return null
  return (
    <Part title="Checks">
      <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
        {latest.map((check) => (
          <li key={check.id}>
            <Ran jobId={jobId} check={check} />
          </li>
        ))}
        {waiting.map((command) => (
          <li key={command} className="flex items-start gap-2 px-3 py-2">
            <StatusIcon status="pending" className="mt-0.5" />
            <code className="min-w-0 flex-1 text-xs wrap-anywhere">{command}</code>
            <span className="text-xs text-faint">not run yet</span>
          </li>
        ))}
      </ul>
    </Part>
  )
}

function Ran({ jobId, check }: { readonly jobId: string; readonly check: CheckView }) {
  return (
    <Link
      to="/jobs/$id/proof"
      params={{ id: jobId }}
      search={{ check: check.id }}
      title="Its log and evidence"
      className="flex items-start gap-2 px-3 py-2 -outline-offset-2 hover:bg-hover"
    >
      <StatusIcon status={check.verdict} className="mt-0.5" />
      <code className="min-w-0 flex-1 text-xs wrap-anywhere">{check.command}</code>
      <span className="text-xs whitespace-nowrap text-muted tabular-nums">
        <span className="sr-only">{statuses[check.verdict].label}, </span>
        {check.exit_code !== null && check.exit_code !== 0 && `exit ${check.exit_code} · `}
        {measured(check.duration_ms)}
      </span>
    </Link>
  )
}
