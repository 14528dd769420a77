import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { AgentView } from '../../../src/contract/job.ts'
import { queries } from '../../api/queries.ts'
import { useJobId } from '../../shell/use-job-id.ts'
import { Failure } from '../../ui/callout.tsx'
import { cx } from '../../ui/cx.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { AgentRow } from './agent-row.tsx'
import { chooseSession, likeliestAgent } from './choose-session.ts'

const SessionView = lazyPart(async () => (await import('./session-view.tsx')).SessionView, {
  fallback: () => <SkeletonRows />,
})
const route = getRouteApi('/app/jobs/$id/team')

/** The job's agents and their sessions. */
export function Team() {
  const id = useJobId()
  const { data: agents, error } = useQuery(queries.agents(id))
  if (agents === undefined) {
    return error === null ? (
      <SkeletonRows />
    ) : (
      <div className="p-6">
        <Failure error={error} />
      </div>
    )
  }
  if (agents.length === 0) {
    return <EmptyState title="No team yet">The team is assembled when work on the job begins.</EmptyState>
  }
  return <TeamAndSession jobId={id} agents={agents} />
}

/** Shows the team and the session on a wide screen; the team or the chosen session on a narrow one. */
function TeamAndSession({
  jobId,
  agents,
}: {
  readonly jobId: string
  readonly agents: readonly AgentView[]
}) {
  const wanted = route.useSearch()
  const { data: attempts = [] } = useQuery(queries.attempts(jobId))
  // Fixed when the screen opens, so that the shown agent does not change while a person reads.
  const [likeliest] = useState(() => likeliestAgent(agents)?.id)
  const named = chooseSession(agents, attempts, wanted)
  const session = named ?? chooseSession(agents, attempts, { agent: likeliest })
  return (
    <div className="flex min-h-0 flex-1">
      <ul
        aria-label="Team"
        className={cx(
          'w-80 shrink-0 overflow-y-auto border-r border-line max-md:w-full max-md:border-r-0',
          named !== null && 'max-md:hidden',
        )}
      >
        {agents.map((agent) => (
          <AgentRow key={agent.id} jobId={jobId} agent={agent} isChosen={agent.id === session?.agent.id} />
        ))}
      </ul>
      <div className={cx('flex min-h-0 min-w-0 flex-1', named === null && 'max-md:hidden')}>
        {session === null ? (
          <EmptyState title="Choose an agent">Its session is shown here.</EmptyState>
        ) : (
          <SessionView jobId={jobId} session={session} attempts={attempts} />
        )}
      </div>
    </div>
  )
}
