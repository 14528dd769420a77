import { Link } from '@tanstack/react-router'
import type { AgentView } from '../../../src/contract/job.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { StatusPill } from '../../parts/status-pill.tsx'
import { cx } from '../../ui/cx.ts'
import { Ago } from '../../ui/text/since.tsx'
import { roleNames } from '../../words/roles.ts'
import { costText, tokensDetail, tokensText } from '../../words/usage.ts'

/** One member of the team: its name, activity, and usage. Selecting it shows its session. */
export function AgentRow({
  jobId,
  agent,
  isChosen,
}: {
  readonly jobId: string
  readonly agent: AgentView
  readonly isChosen: boolean
}) {
  return (
    <li
      className={cx(
        'relative flex gap-3 border-b border-line px-4 py-3 has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-focus',
        isChosen ? 'bg-hover' : 'hover:bg-hover',
      )}
    >
      <Avatar name={agent.name} role={agent.role} size={32} />
      <div className="flex min-w-0 flex-1 flex-col gap-0.5">
        <div className="flex items-center gap-2">
          <h3 className="min-w-0 truncate font-medium">
            <Link
              to="/jobs/$id/team"
              params={{ id: jobId }}
              search={{ agent: agent.id }}
              aria-current={isChosen ? 'true' : undefined}
              className="outline-none after:absolute after:inset-0"
            >
              {agent.name}
            </Link>
          </h3>
          <span className="ml-auto flex">
            <StatusPill status={agent.status} look="bare" />
          </span>
        </div>
        <p className="truncate text-xs text-muted">
          {roleNames[agent.role]} · {agent.backend}
          {agent.model !== null && ` · ${agent.model}`}
        </p>
        <AgentNews jobId={jobId} agent={agent} />
      </div>
    </li>
  )
}

/** The agent's task, latest activity with its time, and usage. */
function AgentNews({ jobId, agent }: { readonly jobId: string; readonly agent: AgentView }) {
  const used = [tokensText(agent.usage), costText(agent.usage)].filter((text) => text !== null)
  const { task_id: task } = agent
  return (
    <>
      {task !== null && (
        <p className="truncate text-xs">
          <Link
            to="/jobs/$id/team"
            params={{ id: jobId }}
            search={(now) => ({ ...now, task })}
            className="relative z-1 text-accent hover:underline"
          >
            {agent.task_title ?? 'Its task'}
          </Link>
        </p>
      )}
      {agent.last_activity !== null && (
        <p className="line-clamp-2 text-xs wrap-anywhere text-muted">{agent.last_activity}</p>
      )}
      <p className="flex gap-3 text-xs text-faint tabular-nums empty:hidden">
        {agent.last_activity_at !== null && <Ago at={agent.last_activity_at} />}
        {used.length > 0 && <span title={tokensDetail(agent.usage)}>{used.join(' · ')}</span>}
      </p>
    </>
  )
}
