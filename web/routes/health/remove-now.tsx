import type { CollectView, StoredJob } from '../../../src/contract/storage.ts'
import { useCollect } from '../../api/collect.ts'
import { whenSent } from '../../forms/when-sent.ts'
import { JobNames } from '../../parts/job-names.tsx'
import { Confirm } from '../../ui/overlays/dialog.tsx'
import { showFailure, showToast } from '../../ui/overlays/toast.tsx'
import { fileSize } from '../../ui/text/file-size.ts'
import { countedJobs } from '../../words/counted-jobs.ts'

/** Lists the jobs that the retention removes next, and removes them after confirmation. */
export function RemoveNow({
  jobs,
  onClose,
}: {
  readonly jobs: readonly StoredJob[]
  readonly onClose: () => void
}) {
  const { mutateAsync } = useCollect()
  const remove = (): void => whenSent(mutateAsync(), showRemoved, showFailure)
  const bytes = jobs.reduce((sum, job) => sum + job.bytes, 0)
  return (
    <Confirm
      open
      onOpenChange={onClose}
      title={`Remove ${countedJobs(jobs.length)}?`}
      action={`Remove ${countedJobs(jobs.length)}`}
      keep="Not now"
      onConfirm={remove}
    >
      <p className="mb-3">
        {jobs.length === 1
          ? 'Its repository, result and history are'
          : 'Their repositories, results and histories are'}{' '}
        removed for good, which frees {fileSize(bytes)}. As long as the retention stays as it is, the server
        does this by itself.
      </p>
      <JobNames
        label="Jobs to remove"
        jobs={jobs.map((job) => ({ ...job, hasNoCopy: job.taken_at === null }))}
      />
    </Confirm>
  )
}

function showRemoved({ removed }: CollectView): void {
  const bytes = removed.reduce((sum, job) => sum + job.bytes, 0)
  showToast(
    'done',
    removed.length === 0
      ? 'Nothing was removed: no job is due for removal any more, or a backup is being made.'
      : `${countedJobs(removed.length)} removed, ${fileSize(bytes)} free again.`,
  )
}
