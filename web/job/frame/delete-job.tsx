import { useNavigate } from '@tanstack/react-router'
import { useDeleteJob } from '../../api/delete-job.ts'
import { Confirm } from '../../ui/dialog.tsx'
import { showFailure } from '../../ui/toast.tsx'

/** Asks whether a job is to be deleted, deletes it, and goes to the list of jobs. */
export function DeleteJob({ jobId, onClose }: { readonly jobId: string; readonly onClose: () => void }) {
  const { mutate } = useDeleteJob(jobId)
  const navigate = useNavigate()
  return (
    <Confirm
      open
      onOpenChange={onClose}
      title="Delete this job?"
      action="Delete the job"
      onConfirm={() =>
        mutate(undefined, { onSuccess: () => void navigate({ to: '/jobs' }), onError: showFailure })
      }
    >
      Its repository, its result and its whole history are removed for good. Download what you want to keep
      first.
    </Confirm>
  )
}
