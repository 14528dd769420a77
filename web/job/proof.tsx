import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'
import { Code } from '../ui/code.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { StatusPill } from '../ui/status-pill.tsx'
import { measured } from '../ui/time.ts'
import { QueryBody } from '../ui/query-body.tsx'
import { useJobId } from './use-job-id.ts'

/** What the job's result rests on: every check that was run, and its evidence. */
export function ProofTab() {
  const id = useJobId()
  return (
    <QueryBody query={useQuery(queries.checks(id))}>
      {({ checks }) =>
        checks.length === 0 ? (
          <EmptyState title="No checks yet">They run when there is a commit to prove.</EmptyState>
        ) : (
          <ul>
            {checks.map((check) => (
              <li
                key={check.id}
                className="flex items-center gap-3 border-b border-line px-6 py-2.5 max-md:px-4"
              >
                <span className="flex w-20 shrink-0">
                  <StatusPill status={check.verdict} look="bare" />
                </span>
                <code className="min-w-0 flex-1 truncate text-xs">{check.command}</code>
                <Code>{check.commit.slice(0, 8)}</Code>
                <span className="w-16 text-right text-xs text-muted tabular-nums">
                  {measured(check.duration_ms)}
                </span>
              </li>
            ))}
          </ul>
        )
      }
    </QueryBody>
  )
}
