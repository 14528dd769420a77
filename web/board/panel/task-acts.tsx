import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ban, PenLine, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import type { TaskView } from '../../../src/contract/job.ts'
import { useCancelTask } from '../../api/mutations.ts'
import { queries } from '../../api/queries.ts'
import { Button, buttonClass } from '../../ui/controls/button.tsx'
import { Confirm } from '../../ui/overlays/dialog.tsx'
import { showFailure } from '../../ui/overlays/toast.tsx'
import { possibleActs } from './possible-acts.ts'
import { RetryForm } from './retry-form.tsx'

/** The actions available for the task in its current state. */
export function TaskActs({ jobId, task }: { readonly jobId: string; readonly task: TaskView }) {
  const { data: job } = useQuery(queries.job(jobId))
  const [asking, setAsking] = useState<'retry' | 'cancel' | null>(null)
  const cancel = useCancelTask(jobId, task.task_id)
  if (job === undefined) return null
  const { canRetry, canCancel, canWrite } = possibleActs(job, task)
  return (
    <>
      {canRetry && asking !== 'retry' && (
        <Button size="small" onClick={() => setAsking('retry')}>
          <RotateCcw aria-hidden /> Start over
        </Button>
      )}
      {canWrite && <WriteLink jobId={jobId} agentName={task.agent} />}
      {canCancel && (
        <Button size="small" disabled={cancel.isPending} onClick={() => setAsking('cancel')}>
          <Ban aria-hidden /> Cancel the task
        </Button>
      )}
      {canRetry && asking === 'retry' && (
        <RetryForm jobId={jobId} taskId={task.task_id} onClose={() => setAsking(null)} />
      )}
      <Confirm
        open={asking === 'cancel'}
        onOpenChange={(isOpen) => setAsking(isOpen ? 'cancel' : null)}
        title="Cancel this task?"
        action="Cancel the task"
        onConfirm={() => cancel.mutate(undefined, { onError: showFailure })}
      >
        The tasks that need it are skipped, and the job goes on with the rest. Its proof can then be no more
        than partial.
      </Confirm>
    </>
  )
}

/** A link to the agent's session, which contains the message box. */
function WriteLink({ jobId, agentName }: { readonly jobId: string; readonly agentName: string }) {
  const { data: agents } = useQuery(queries.agents(jobId))
  const agent = agents?.find(({ name }) => name === agentName)
  if (agent === undefined) return null
  return (
    <Link
      to="/jobs/$id/team"
      params={{ id: jobId }}
      search={{ agent: agent.id }}
      className={buttonClass({ size: 'small' })}
    >
      <PenLine aria-hidden /> Write to {agentName}
    </Link>
  )
}
