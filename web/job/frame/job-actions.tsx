import { Ban, RotateCcw } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import type { JobView } from '../../../src/contract/job.ts'
import { useCancelJob, useRestartJob } from '../../api/mutations.ts'
import { useCommands } from '../../shell/commands.ts'
import { Button } from '../../ui/controls/button.tsx'
import { Confirm } from '../../ui/overlays/dialog.tsx'
import { showFailure } from '../../ui/overlays/toast.tsx'
import { JobMenu } from './job-menu.tsx'

/** The actions on the job: the main one for its status as a button, the rest in a menu. */
export function JobActions({ job }: { readonly job: JobView }) {
  const [isAsking, setIsAsking] = useState(false)
  const cancel = useCancelJob(job.id)
  const restart = useRestartJob(job.id)
  const { mutate } = restart
  const { reset } = cancel
  const begin = useCallback(() => {
    reset()
    mutate(undefined, { onError: showFailure })
  }, [mutate, reset])
  const act = actOf(job)
  // Until its last process has ended the job is still running, and the UI shows that it is being cancelled.
  const isCancelling = act === 'cancel' && (cancel.isPending || cancel.isSuccess)
  const isBusy = restart.isPending || isCancelling
  useActCommand(act, setIsAsking, begin)
  return (
    <>
      {act !== null && (
        // One button for both actions, and never a disabled one, so that the focus stays on it after a click.
        <Button
          size="small"
          aria-disabled={isBusy || undefined}
          onClick={() => {
            if (isBusy) return
            if (act === 'cancel') setIsAsking(true)
            else begin()
          }}
        >
          {act === 'cancel' ? <Ban aria-hidden /> : <RotateCcw aria-hidden />}
          {act === 'restart' ? 'Restart' : isCancelling ? 'Cancelling' : 'Cancel'}
        </Button>
      )}
      <JobMenu job={job} />
      <Confirm
        open={isAsking}
        onOpenChange={setIsAsking}
        title="Cancel this job?"
        action="Cancel the job"
        onConfirm={() => cancel.mutate(undefined, { onError: showFailure })}
      >
        Its agents are stopped. What they have committed is kept, and the job can be restarted where it
        stopped.
      </Confirm>
    </>
  )
}

/** The same action in the palette. */
function useActCommand(
  act: 'cancel' | 'restart' | null,
  ask: (isAsking: boolean) => void,
  begin: () => void,
): void {
  useCommands(
    useMemo(() => {
      if (act === null) return []
      const title = act === 'cancel' ? 'Cancel the job' : 'Restart the job'
      const run = act === 'cancel' ? () => ask(true) : begin
      return [{ id: `job ${act}`, group: 'This job', title, run }]
    }, [act, ask, begin]),
  )
}

function actOf(job: JobView): 'cancel' | 'restart' | null {
  if (job.completed_at === null) return 'cancel'
  return job.status === 'failed' || job.status === 'cancelled' ? 'restart' : null
}
