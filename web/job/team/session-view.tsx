import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import type { AttemptView } from '../../../src/contract/job.ts'
import { queries } from '../../api/queries.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { StatusPill } from '../../parts/status-pill.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Elapsed } from '../../ui/text/since.tsx'
import { roleNames } from '../../words/roles.ts'
import { costText, tokensDetail, tokensText } from '../../words/usage.ts'
import { Transcript } from '../transcript/transcript.tsx'
import { AttemptSwitch } from './attempt-switch.tsx'
import type { ChosenSession } from './choose-session.ts'
import { MessageBox } from './message-box.tsx'

/** The session of one agent: its task, its transcript, and a message box. */
export function SessionView({
  jobId,
  session,
  attempts,
}: {
  readonly jobId: string
  readonly session: ChosenSession
  readonly attempts: readonly AttemptView[]
}) {
  const { agent, attemptId } = session
  const { data: tasks = [] } = useQuery(queries.tasks(jobId))
  const own = attempts.filter((attempt) => attempt.agent === agent.name)
  const attempt = own.find(({ id }) => id === attemptId)
  return (
    <section aria-label={`Session of ${agent.name}`} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex shrink-0 flex-col gap-2 border-b border-line px-5 py-3 max-md:px-4">
        <Link
          to="/jobs/$id/team"
          params={{ id: jobId }}
          className="-ml-1 inline-flex items-center gap-1 self-start text-xs text-muted hover:text-ink md:hidden"
        >
          <ChevronLeft aria-hidden className="size-4" /> The whole team
        </Link>
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <Avatar name={agent.name} role={agent.role} size={24} />
          <h2 className="font-medium">{agent.name}</h2>
          <span className="min-w-0 truncate text-xs text-muted">
            {roleNames[agent.role]} · {agent.backend}
            {agent.model !== null && ` · ${agent.model}`}
          </span>
          {attempt !== undefined && <AttemptFacts attempt={attempt} />}
        </div>
        {attemptId !== null && own.length > 0 && (
          <AttemptSwitch
            jobId={jobId}
            agentId={agent.id}
            attempts={own}
            tasks={tasks}
            chosen={attemptId}
            isNewest={session.isNewest}
          />
        )}
        {attempt !== undefined && attempt.error !== null && (
          <p className="text-xs wrap-anywhere text-failed">{attempt.error}</p>
        )}
      </header>
      {attemptId === null ? (
        <div className="min-h-0 flex-1 overflow-y-auto">
          <EmptyState title={`${agent.name} has not begun`}>
            Its session appears here when it gets a task.
          </EmptyState>
        </div>
      ) : (
        <Transcript key={attemptId} jobId={jobId} attemptId={attemptId} />
      )}
      <MessageBox key={agent.id} jobId={jobId} agent={agent} />
    </section>
  )
}

function AttemptFacts({ attempt }: { readonly attempt: AttemptView }) {
  const used = [tokensText(attempt.usage), costText(attempt.usage)].filter((text) => text !== null)
  return (
    <span className="ml-auto flex items-center gap-3 text-xs text-muted tabular-nums">
      {used.length > 0 && <span title={tokensDetail(attempt.usage)}>{used.join(' · ')}</span>}
      {attempt.started_at !== null && <Elapsed from={attempt.started_at} until={attempt.ended_at} />}
      <StatusPill status={attempt.status} look="bare" />
    </span>
  )
}
