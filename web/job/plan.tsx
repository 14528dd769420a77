import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { QueryBody } from '../ui/query-body.tsx'
import { useJobId } from './use-job-id.ts'

/** The tasks in their order, with what each waits for. */
export function PlanTab() {
  const id = useJobId()
  return (
    <QueryBody query={useQuery(queries.tasks(id))}>
      {(tasks) =>
        tasks.length === 0 ? (
          <EmptyState title="No plan yet">The planner is at work.</EmptyState>
        ) : (
          <ol className="mx-auto flex w-full max-w-240 flex-col px-6 py-4 max-md:px-4">
            {tasks.map((task) => (
              <li key={task.task_id} className="border-b border-line py-3">
                <h2 className="font-medium">{task.title}</h2>
                <p className="text-muted">{task.description}</p>
              </li>
            ))}
          </ol>
        )
      }
    </QueryBody>
  )
}
