import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { CheckView, JobView, TaskView } from '../../../src/contract/job.ts'
import { queries } from '../../api/queries.ts'
import { useJobId } from '../../shell/use-job-id.ts'
import { Callout } from '../../ui/callout.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { QueryBody } from '../../ui/query-body.tsx'
import { CheckRow } from './check.tsx'
import { Findings } from './findings.tsx'
import { groupsOf, verdictOn, type CheckGroup } from './groups.ts'

const route = getRouteApi('/app/jobs/$id/proof')

/** The proof of the job: the verdict with its reason, then the evidence of every check. */
export function ProofTab() {
  const id = useJobId()
  const { data: job } = useQuery(queries.job(id))
  const { data: tasks = [] } = useQuery(queries.tasks(id))
  return (
    <QueryBody query={useQuery(queries.checks(id))}>
      {({ checks, findings, left_out: left }) => (
        <div className="mx-auto flex w-full max-w-240 flex-col gap-6 px-6 py-5 max-md:px-4">
          {job !== undefined && <Verdict job={job} checks={checks} />}
          <Findings jobId={id} findings={findings} />
          <Groups checks={checks} tasks={tasks} isOver={job !== undefined && job.completed_at !== null} />
          <LeftOut left={left} />
        </div>
      )}
    </QueryBody>
  )
}

function Verdict({ job, checks }: { readonly job: JobView; readonly checks: readonly CheckView[] }) {
  const { tone, title, why } = verdictOn(job, checks)
  return (
    <Callout tone={tone} title={title}>
      <p className="text-muted">{why}</p>
    </Callout>
  )
}

/** Files that agents left in their workspaces and the server did not commit. */
function LeftOut({ left }: { readonly left: readonly { readonly path: string; readonly why: string }[] }) {
  if (left.length === 0) return null
  return (
    <section aria-label="Not committed">
      <h2 className="mb-1 font-semibold">Not committed</h2>
      <ul className="border-t border-line">
        {left.map(({ path, why }) => (
          <li key={path} className="flex gap-3 border-b border-line py-1.5 text-xs">
            <code className="min-w-0 flex-1 wrap-anywhere">{path}</code>
            <span className="text-muted">{why}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Groups({
  checks,
  tasks,
  isOver,
}: {
  readonly checks: readonly CheckView[]
  readonly tasks: readonly TaskView[]
  readonly isOver: boolean
}) {
  const groups = groupsOf(checks, tasks)
  // For a finished job, the verdict above already explains why there are none.
  if (groups.length === 0 && isOver) return null
  if (groups.length === 0)
    return (
      <EmptyState title="No check has run yet">
        The server runs them itself, on a clean checkout of the exact commit, when the work is ready.
      </EmptyState>
    )
  return groups.map((group) => <Group key={group.id} group={group} />)
}

function Group({ group }: { readonly group: CheckGroup }) {
  const { check } = route.useSearch()
  return (
    <section aria-label={group.title}>
      <h2 className="mb-1 flex items-baseline gap-2 font-semibold">
        <span className="min-w-0 wrap-anywhere">{group.title}</span>
        <span className="shrink-0 text-xs font-normal text-muted tabular-nums">
          {group.checks === 0 ? 'the setup failed' : `${group.passed} of ${group.checks} passed`}
        </span>
      </h2>
      <ul className="border-t border-line">
        {group.latest.map((one) => (
          <CheckRow key={one.id} check={one} isOpen={one.id === check} />
        ))}
      </ul>
      {group.earlier.length > 0 && (
        <details className="mt-1" open={group.earlier.some((one) => one.id === check)}>
          <summary className="cursor-pointer rounded py-1 text-xs text-muted hover:text-ink">
            Earlier rounds: {group.earlier.length} {group.earlier.length === 1 ? 'run' : 'runs'}
          </summary>
          <ul className="border-t border-line">
            {group.earlier.map((one) => (
              <CheckRow key={one.id} check={one} isOpen={one.id === check} />
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
