import { useNavigate } from '@tanstack/react-router'
import type { AttemptView, TaskView } from '../../../src/contract/job.ts'
import { Select } from '../../ui/controls/select.tsx'
import { statuses } from '../../words/status.ts'

/** All sessions of an agent, the newest first: one is selected, or the newest is followed. */
export function AttemptSwitch({
  jobId,
  agentId,
  attempts,
  tasks,
  chosen,
  isNewest,
}: {
  readonly jobId: string
  readonly agentId: string
  readonly attempts: readonly AttemptView[]
  readonly tasks: readonly TaskView[]
  readonly chosen: string
  readonly isNewest: boolean
}) {
  const navigate = useNavigate()
  const titles = new Map(tasks.map((task) => [task.task_id, task.title]))
  const go = (attempt: string): void => {
    void navigate({
      to: '/jobs/$id/team',
      params: { id: jobId },
      search: attempt === '' ? { agent: agentId } : { attempt },
    })
  }
  return (
    <Select
      aria-label="Session"
      className="w-full"
      value={isNewest ? '' : chosen}
      onChange={(event) => go(event.target.value)}
    >
      {attempts.toReversed().map((attempt, index) => (
        <option key={attempt.id} value={index === 0 ? '' : attempt.id}>
          {attempt.kind === 'review' ? 'Review' : 'Attempt'} {attempt.number}:{' '}
          {titles.get(attempt.task_id) ?? 'a task'} ({statuses[attempt.status].label.toLowerCase()})
        </option>
      ))}
    </Select>
  )
}
