import type { TaskView } from '../../src/contract/job.ts'
import { personWaits, type Wait } from '../../src/contract/words.ts'
import { StatusIcon } from '../parts/status-pill.tsx'
import { Elapsed } from '../ui/text/since.tsx'
import { useNow } from '../ui/text/time.ts'

/** The time in ms after which a wait is shown: work is often queued for a moment. */
const noticedMs = 1_000

/** The status icon of a task: one that was started but is waiting does not spin. */
export function TaskIcon({ task, className }: { readonly task: TaskView; readonly className: string }) {
  if (task.wait === null) return <StatusIcon status={task.status} className={className} />
  return <WaitingIcon task={task} wait={task.wait} className={className} />
}

function WaitingIcon({
  task,
  wait,
  className,
}: {
  readonly task: TaskView
  readonly wait: Wait
  readonly className: string
}) {
  return <StatusIcon status={useIsNoticed(wait) ? 'waiting' : task.status} className={className} />
}

/** The wait of a started task, and its duration. The full text is in the job's header only. */
export function TaskWait({ wait }: { readonly wait: Wait }) {
  if (!useIsNoticed(wait)) return null
  return (
    <p title={wait.on} className="line-clamp-2 text-xs wrap-anywhere text-waiting">
      Waits for {words[wait.for] ?? wait.on}, <Elapsed from={wait.since} />
    </p>
  )
}

const words: Readonly<Partial<Record<Wait['for'], string>>> = {
  approval: 'your approval',
  answer: 'your answer',
  permission: 'your permission',
  budget: 'a larger budget',
  backend: 'its provider',
  provider: 'its subscription',
  retry: 'another try',
}

/** Whether a wait is shown: one for a person immediately, any other when it lasts. */
export function useIsNoticed(wait: Wait): boolean {
  const now = useNow()
  return personWaits.has(wait.for) || now - Date.parse(wait.since) > noticedMs
}
