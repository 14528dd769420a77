import { useQuery } from '@tanstack/react-query'
import type { TaskView } from '../../src/contract/job.ts'
import type { TaskStatus } from '../../src/contract/words.ts'
import { queries } from '../api/queries.ts'
import { useJobId } from '../job/use-job-id.ts'
import { QueryBody } from '../ui/query-body.tsx'
import { Avatar } from '../ui/avatar.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Elapsed } from '../ui/since.tsx'
import { StatusIcon } from '../ui/status-pill.tsx'

interface Column {
  readonly title: string
  readonly shows: readonly TaskStatus[]
}

const columns: readonly Column[] = [
  { title: 'To do', shows: ['pending', 'ready'] },
  { title: 'In progress', shows: ['running'] },
  { title: 'In review', shows: ['review'] },
  { title: 'Done', shows: ['completed'] },
  { title: 'Not done', shows: ['failed', 'skipped', 'cancelled'] },
]

/** The job's tasks as cards, where they stand. */
export function Board() {
  const id = useJobId()
  return (
    <QueryBody query={useQuery(queries.tasks(id))}>
      {(tasks) =>
        tasks.length === 0 ? (
          <EmptyState title="No tasks yet">
            The team is planning. Cards appear when the plan stands.
          </EmptyState>
        ) : (
          <div className="flex min-h-full gap-3 overflow-x-auto p-4">
            {columns.map((column) => (
              <BoardColumn
                key={column.title}
                title={column.title}
                tasks={tasks.filter((task) => column.shows.includes(task.status))}
              />
            ))}
          </div>
        )
      }
    </QueryBody>
  )
}

function BoardColumn({ title, tasks }: { readonly title: string; readonly tasks: readonly TaskView[] }) {
  return (
    <section aria-label={title} className="flex w-72 min-w-56 flex-1 flex-col gap-2">
      <h2 className="flex h-7 items-center gap-2 px-1 text-sm font-medium">
        {title}
        <span className="text-xs text-faint tabular-nums">{tasks.length}</span>
      </h2>
      {tasks.map((task) => (
        <article
          key={task.task_id}
          data-task={task.task_id}
          className="flex flex-col gap-2 rounded-lg border border-line bg-raised p-3 shadow-card"
        >
          <div className="flex items-start gap-2">
            <StatusIcon status={task.status} className="mt-0.5" />
            <h3 className="min-w-0 flex-1 text-sm font-medium text-pretty">{task.title}</h3>
          </div>
          <div className="flex items-center gap-2 text-xs text-muted">
            <Avatar name={task.agent} role={task.role} />
            <span className="truncate">{task.agent}</span>
            {task.started_at !== null && (
              <span className="ml-auto">
                <Elapsed from={task.started_at} until={task.completed_at} />
              </span>
            )}
          </div>
        </article>
      ))}
    </section>
  )
}
