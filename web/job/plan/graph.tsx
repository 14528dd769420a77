import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { TaskView } from '../../../src/contract/job.ts'
import type { PlannedTask } from '../../../src/contract/plan.ts'
import { StatusIcon } from '../../parts/status-pill.tsx'
import { cx } from '../../ui/cx.ts'
import { statuses } from '../../words/status.ts'
import { graphSize, layoutGraph } from './graph-layout.ts'

const box =
  'absolute flex flex-col justify-center gap-1 rounded-lg border border-line bg-surface px-3 py-2 text-left shadow-card'

/** The tasks as a graph of dependencies, from left to right, with the status of each once the plan is adopted. */
export function PlanGraph({
  jobId,
  planned,
  tasks,
}: {
  readonly jobId: string
  readonly planned: readonly PlannedTask[]
  readonly tasks: readonly TaskView[]
}) {
  const layout = useMemo(
    () => layoutGraph(planned.map((task) => ({ key: task.key, dependsOn: task.depends_on }))),
    [planned],
  )
  const titles = new Map(planned.map((task) => [task.key, task]))
  return (
    <div
      role="region"
      tabIndex={0}
      aria-label="The tasks and what they wait for"
      className="overflow-auto rounded-lg border border-line bg-sunken p-5"
    >
      <div className="relative" style={{ width: layout.width, height: layout.height }}>
        <svg
          width={layout.width}
          height={layout.height}
          aria-hidden
          className="absolute inset-0 text-control"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
        >
          <Arrow />
          {layout.edges.map((edge) => (
            <path key={`${edge.from} ${edge.to}`} d={edge.path} markerEnd="url(#plan-arrow)" />
          ))}
        </svg>
        {layout.nodes.map(({ key, x, y }) => (
          <Node
            key={key}
            jobId={jobId}
            planned={titles.get(key)}
            task={tasks.find((task) => task.key === key)}
            place={{ left: x, top: y, width: graphSize.width, height: graphSize.height }}
          />
        ))}
      </div>
    </div>
  )
}

function Arrow() {
  return (
    <defs>
      <marker
        id="plan-arrow"
        viewBox="0 0 8 8"
        refX="7"
        refY="4"
        markerWidth="6"
        markerHeight="6"
        orient="auto"
      >
        <path d="M1 1 7 4 1 7" fill="none" stroke="context-stroke" strokeWidth="1.5" />
      </marker>
    </defs>
  )
}

function Node({
  jobId,
  planned,
  task,
  place,
}: {
  readonly jobId: string
  readonly planned: PlannedTask | undefined
  readonly task: TaskView | undefined
  readonly place: { left: number; top: number; width: number; height: number }
}) {
  if (planned === undefined) return null
  const inside = (
    <>
      <span className="line-clamp-2 text-xs leading-4 font-medium text-ink">{planned.title}</span>
      {task !== undefined && (
        <span className="flex items-center gap-1 text-[11px] leading-3 text-muted">
          <StatusIcon status={task.status} className="size-3" />
          {statuses[task.status].label}
        </span>
      )}
    </>
  )
  if (task === undefined)
    return (
      <div style={place} className={box} title={planned.title}>
        {inside}
      </div>
    )
  return (
    <Link
      to="/jobs/$id"
      params={{ id: jobId }}
      search={{ task: task.task_id }}
      style={place}
      title={planned.title}
      className={cx(box, 'hover:border-control')}
    >
      {inside}
    </Link>
  )
}
