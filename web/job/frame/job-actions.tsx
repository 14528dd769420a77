import { Ban, RotateCcw } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { JobView } from '../../../src/contract/job.ts'
import { useCancelJob, useRestartJob } from '../../api/mutations.ts'
import { useCommands } from '../../shell/commands.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { showFailure } from '../../ui/toast.tsx'
import { JobMenu } from './job-menu.tsx'

/** What can be done with the job: the one act its status asks for as a button, the rest behind it. */
export function JobActions({ job }: { readonly job: JobView }) {
  const [isAsking, setIsAsking] = useState(false)
  const cancel = useCancelJob(job.id)
  const restart = useRestartJob(job.id)
  const begin = restart.mutate
  const act = actOf(job)
  const isBusy = restart.isPending || cancel.isPending
  useCommands(
    useMemo(
      () => [
        ...(act === 'cancel'
          ? [{ id: 'job cancel', group: 'This job', title: 'Cancel the job', run: () => setIsAsking(true) }]
          : []),
        ...(act === 'restart'
          ? [
              {
                id: 'job restart',
                group: 'This job',
                title: 'Restart the job',
                run: () => begin(undefined, { onError: showFailure }),
              },
            ]
          : []),
      ],
      [act, begin],
    ),
  )
  return (
    <>
      {act !== null && (
        // One button for both, and never one that takes no focus: who has just used the one has the focus on the other.
        <Button
          size="small"
          aria-disabled={isBusy || undefined}
          onClick={() => {
            if (isBusy) return
            if (act === 'cancel') setIsAsking(true)
            else begin(undefined, { onError: showFailure })
          }}
        >
          {act === 'cancel' ? <Ban aria-hidden /> : <RotateCcw aria-hidden />}
          {act === 'cancel' ? 'Cancel' : 'Restart'}
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

function actOf(job: JobView): 'cancel' | 'restart' | null {
  if (job.completed_at === null) return 'cancel'
  return job.status === 'failed' || job.status === 'cancelled' ? 'restart' : null
}
