import { useNavigate } from '@tanstack/react-router'
import { useDeleteJob } from '../../api/delete-job.ts'
import { Confirm } from '../../ui/overlays/dialog.tsx'
import { showFailure } from '../../ui/overlays/toast.tsx'

/** Asks whether a job is to be deleted, deletes it, and goes to the list of jobs. */
export function DeleteJob({ jobId, onClose }: { readonly jobId: string; readonly onClose: () => void }) {
  const navigate = useNavigate()
  const { mutate } = useDeleteJob(jobId, {
    onDeleted: () => void navigate({ to: '/jobs' }),
    onError: showFailure,
  })
  return (
    <Confirm
      open
      onOpenChange={onClose}
      title="Delete this job?"
      action="Delete the job"
      onConfirm={() => mutate()}
    >
      Its repository, its result and its whole history are removed for good. Download what you want to keep
      first.
    </Confirm>
  )
}
