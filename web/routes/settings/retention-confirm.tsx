import type { Retention } from '../../../src/contract/storage.ts'
import { JobNames } from '../../parts/job-names.tsx'
import { Confirm } from '../../ui/overlays/dialog.tsx'
import { fileSize } from '../../ui/text/file-size.ts'
import { countedJobs } from '../../words/counted-jobs.ts'
import type { RetentionEffect } from './retention-form.ts'

/** Lists what a retention removes as soon as it is saved, and asks for confirmation. */
export function ConfirmRetention({
  retention,
  effect: { old, excess },
  onClose,
  onConfirm,
}: {
  readonly retention: Retention
  readonly effect: RetentionEffect
  readonly onClose: () => void
  readonly onConfirm: () => void
}) {
  const { days, gigabytes } = retention
  return (
    <Confirm
      open
      onOpenChange={onClose}
      title="Save this, and remove jobs?"
      action="Save and remove"
      keep="Change nothing"
      onConfirm={onConfirm}
    >
      <div className="flex flex-col gap-3">
        {old.length > 0 && (
          <>
            <p>
              {countedJobs(old.length)} ended more than {days === 1 ? 'a day' : `${days} days`} ago and{' '}
              {old.length === 1 ? 'is' : 'are'} removed for good within a minute:
            </p>
            <JobNames
              label="Jobs that are removed"
              jobs={old.map((job) => ({ ...job, hasNoCopy: job.taken_at === null }))}
            />
          </>
        )}
        {excess > 0 && (
          <p>
            {old.length > 0 ? 'The other jobs hold' : 'All jobs together hold'} {fileSize(excess)} more than{' '}
            {gigabytes} GB. Within a minute, jobs that have ended are removed for good until the rest fits:
            first those somebody has a copy of, then the oldest.
          </p>
        )}
      </div>
    </Confirm>
  )
}
