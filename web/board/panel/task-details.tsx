import { Link } from '@tanstack/react-router'
import { Eye, FileDiff, MessagesSquare } from 'lucide-react'
import type { TaskView } from '../../../src/contract/job.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { StatusIcon } from '../../parts/status-pill.tsx'
import { Callout } from '../../ui/callout.tsx'
import { buttonClass } from '../../ui/controls/button.tsx'
import { Ago, Elapsed } from '../../ui/text/since.tsx'
import { roleNames } from '../../words/roles.ts'
import { costText, tokensDetail, tokensText } from '../../words/usage.ts'
import { CurrentCheck } from '../current-check.tsx'
import { TaskWait } from '../task-wait.tsx'
import { Part } from './part.tsx'
import { TaskActs } from './task-acts.tsx'
import { TaskAttempts } from './task-attempts.tsx'
import { TaskChecks } from './task-checks.tsx'

/** All details of a task, from its description to its attempts. */
export function TaskDetails({
  jobId,
  task,
  tasks,
}: {
  readonly jobId: string
  readonly task: TaskView
  readonly tasks: readonly TaskView[]
}) {
  return (
    <div className="flex flex-col gap-5 px-5 py-4">
      {task.error !== null && <Callout tone="failed">{task.error}</Callout>}
      <WhoAndHow task={task} />
      <div className="flex flex-wrap gap-2">
        <TaskLinks jobId={jobId} task={task} />
        <TaskActs jobId={jobId} task={task} />
      </div>
      <Part title="Description">
        <p dir="auto" className="text-base whitespace-pre-wrap wrap-anywhere">
          {task.description}
        </p>
      </Part>
      {task.acceptance.length > 0 && (
        <Part title="Accepted when">
          <ul className="flex list-disc flex-col gap-1 pl-4 marker:text-faint">
            {task.acceptance.map((line) => (
              <li key={line} dir="auto" className="wrap-anywhere">
                {line}
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Neighbours jobId={jobId} task={task} tasks={tasks} />
      <TaskChecks jobId={jobId} task={task} />
      <TaskAttempts jobId={jobId} task={task} />
    </div>
  )
}

function WhoAndHow({ task }: { readonly task: TaskView }) {
  const tokens = tokensText(task.usage)
  const cost = costText(task.usage)
  const isAtWork = task.status === 'running' || task.status === 'review'
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-2.5">
        <Avatar name={task.agent} role={task.role} size={32} />
        <div className="min-w-0 flex-1">
          <div className="font-medium">{task.agent}</div>
          <div className="truncate text-xs text-muted">
            {roleNames[task.role]} · {task.backend}
            {task.attempts > 1 && ` · attempt ${task.attempts}`}
          </div>
        </div>
        <div className="text-right text-xs text-muted tabular-nums">
          {task.started_at !== null && (
            <div>
              <Elapsed from={task.started_at} until={task.completed_at} />
            </div>
          )}
          <div title={tokensDetail(task.usage)}>{[tokens, cost].filter(Boolean).join(' · ')}</div>
        </div>
      </div>
      {task.reviewer !== null && (
        <p className="flex items-center gap-1.5 text-xs text-review">
          <Eye aria-hidden className="size-3.5" /> {task.reviewer} reviews it
        </p>
      )}
      {task.wait !== null && <TaskWait wait={task.wait} />}
      {task.checking !== null && (
        <p className="rounded-md bg-sunken px-3 py-2 wrap-anywhere">
          <CurrentCheck checking={task.checking} />
        </p>
      )}
      {isAtWork && task.activity !== null && task.checking === null && task.wait === null && (
        <p className="rounded-md bg-sunken px-3 py-2 wrap-anywhere">
          {task.activity}
          {task.activity_at !== null && (
            <span className="ml-2 text-xs text-faint">
              <Ago at={task.activity_at} />
            </span>
          )}
        </p>
      )}
    </div>
  )
}

function TaskLinks({ jobId, task }: { readonly jobId: string; readonly task: TaskView }) {
  const look = buttonClass({ size: 'small' })
  return (
    <>
      {task.attempt_id !== null && (
        <Link
          to="/jobs/$id/team"
          params={{ id: jobId }}
          search={{ attempt: task.attempt_id }}
          className={look}
        >
          <MessagesSquare aria-hidden /> Transcript
        </Link>
      )}
      {task.base_commit !== null && task.head_commit !== null && (
        <Link
          to="/jobs/$id/files"
          params={{ id: jobId }}
          search={{ view: 'diff', from: task.base_commit, to: task.head_commit }}
          className={look}
        >
          <FileDiff aria-hidden /> What it changed
        </Link>
      )}
    </>
  )
}

function Neighbours({
  jobId,
  task,
  tasks,
}: {
  readonly jobId: string
  readonly task: TaskView
  readonly tasks: readonly TaskView[]
}) {
  const before = tasks.filter((other) => task.depends_on.includes(other.task_id))
  const after = tasks.filter((other) => other.depends_on.includes(task.task_id))
  return (
    <>
      {before.length > 0 && (
        <Part title="Depends on">
          <TaskLinkList jobId={jobId} tasks={before} />
        </Part>
      )}
      {after.length > 0 && (
        <Part title="Needed by">
          <TaskLinkList jobId={jobId} tasks={after} />
        </Part>
      )}
    </>
  )
}

function TaskLinkList({ jobId, tasks }: { readonly jobId: string; readonly tasks: readonly TaskView[] }) {
  return (
    <ul className="flex flex-col">
      {tasks.map((task) => (
        <li key={task.task_id}>
          <Link
            to="/jobs/$id"
            params={{ id: jobId }}
            search={{ task: task.task_id }}
            className="-mx-2 flex items-start gap-2 rounded-md px-2 py-1 hover:bg-hover"
          >
            <StatusIcon status={task.status} className="mt-[3px]" />
            <span dir="auto" className="min-w-0 wrap-anywhere">
              {task.title}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
