import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'
import { Avatar, roleNames } from '../ui/avatar.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Ago } from '../ui/since.tsx'
import { StatusPill } from '../ui/status-pill.tsx'
import { QueryBody } from '../ui/query-body.tsx'
import { useJobId } from './use-job-id.ts'

/** Who works on the job, and what each is doing now. */
export function Team() {
  const id = useJobId()
  return (
    <QueryBody query={useQuery(queries.agents(id))}>
      {(agents) =>
        agents.length === 0 ? (
          <EmptyState title="No team yet">It is put together when the job starts.</EmptyState>
        ) : (
          <ul>
            {agents.map((agent) => (
              <li
                key={agent.id}
                className="flex items-center gap-3 border-b border-line px-6 py-3 max-md:px-4"
              >
                <Avatar name={agent.name} role={agent.role} size={32} />
                <div className="w-40 shrink-0">
                  <div className="font-medium">{agent.name}</div>
                  <div className="text-xs text-muted">{roleNames[agent.role]}</div>
                </div>
                <span className="flex w-24 shrink-0">
                  <StatusPill status={agent.status} look="bare" />
                </span>
                <span className="min-w-0 flex-1 truncate text-muted">{agent.last_activity}</span>
                {agent.last_activity_at !== null && (
                  <span className="text-xs text-muted">
                    <Ago at={agent.last_activity_at} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        )
      }
    </QueryBody>
  )
}
