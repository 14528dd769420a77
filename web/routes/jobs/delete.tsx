import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { JobSummary } from '../../../src/contract/job.ts'
import type { StoredJob } from '../../../src/contract/storage.ts'
import { client } from '../../api/client.ts'
import { useEachJob, type EachJob } from '../../api/each-job.ts'
import { queries } from '../../api/queries.ts'
import { JobNames } from '../../parts/job-names.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Dialog } from '../../ui/overlays/dialog.tsx'
import { showToast } from '../../ui/overlays/toast.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { countedJobs } from '../../words/counted-jobs.ts'

const deleteJob = (id: string): Promise<void> => client.deleteJob(id)

/**
 * Asks for confirmation, deletes the jobs that have ended, and stays open when one could not be deleted. `onClose` receives
 * whether the deletion was started.
 */
export function DeleteJobs({
  jobs,
  onClose,
}: {
  readonly jobs: readonly JobSummary[]
  readonly onClose: (hasBegun: boolean) => void
}) {
  const { progress, run, stop } = useEachJob(deleteJob)
  const ended = jobs.filter((job) => job.completed_at !== null)
  const close = (): void => {
    stop()
    onClose(progress !== null)
  }
  const begin = async (): Promise<void> => {
    const { done, failures } = await run(ended)
    if (done > 0) showToast('done', `${countedJobs(done)} ${done === 1 ? 'is' : 'are'} deleted.`)
    if (failures.length === 0) onClose(true)
  }
  return (
    <Dialog
      open
      onOpenChange={close}
      title={titleOf(ended.length, progress)}
      footer={<Acts count={ended.length} progress={progress} close={close} begin={() => void begin()} />}
    >
      {progress === null ? (
        <Question ended={ended} open={jobs.filter((job) => job.completed_at === null)} />
      ) : (
        <Outcome progress={progress} />
      )}
    </Dialog>
  )
}

function titleOf(count: number, progress: EachJob | null): string {
  if (progress === null) return `Delete ${countedJobs(count)}?`
  if (progress.isRunning) return `Deleting ${countedJobs(count)}`
  return `${progress.failures.length} of ${countedJobs(count)} could not be deleted`
}

function Acts({
  count,
  progress,
  close,
  begin,
}: {
  readonly count: number
  readonly progress: EachJob | null
  readonly close: () => void
  readonly begin: () => void
}) {
  if (progress !== null) return <Button onClick={close}>{progress.isRunning ? 'Stop' : 'Close'}</Button>
  return (
    <>
      <Button onClick={close}>{count === 1 ? 'Keep it' : 'Keep them'}</Button>
      <Button variant="danger" onClick={begin}>
        Delete {countedJobs(count)}
      </Button>
    </>
  )
}

/** Lists the jobs that are deleted, with those that nobody has a copy of, and the jobs that stay. */
function Question({
  ended,
  open,
}: {
  readonly ended: readonly JobSummary[]
  readonly open: readonly JobSummary[]
}) {
  const { data } = useQuery(queries.storage())
  const stored = new Map(data?.jobs.map((job): [string, StoredJob] => [job.id, job]))
  return (
    <div className="flex flex-col gap-3">
      <p>
        {ended.length === 1
          ? 'Its repository, its result and its whole history are removed for good.'
          : 'Their repositories, their results and their whole histories are removed for good.'}{' '}
        Download what you want to keep first.
      </p>
      <JobNames
        label="Jobs to delete"
        jobs={ended.map(({ id, title }) => ({ id, title, ...copyOf(stored.get(id)) }))}
      />
      {open.length > 0 && (
        <>
          <p>
            {open.length === 1 ? 'One has not ended and stays' : `${open.length} have not ended and stay`}:
            cancel what you no longer need.
          </p>
          <JobNames label="Jobs that stay" jobs={open} />
        </>
      )}
    </div>
  )
}

function copyOf(stored: StoredJob | undefined): { readonly bytes?: number; readonly hasNoCopy?: boolean } {
  return stored === undefined ? {} : { bytes: stored.bytes, hasNoCopy: stored.taken_at === null }
}

function Outcome({ progress }: { readonly progress: EachJob }): ReactNode {
  const { total, done, failures, isRunning } = progress
  const over = done + failures.length
  return (
    <div className="flex flex-col gap-3">
      {isRunning && (
        <div className="flex items-center gap-3">
          <ProgressBar
            value={Math.floor((100 * over) / total)}
            label="Progress of the deletion"
            className="flex-1"
          />
          <span className="text-xs text-muted tabular-nums">
            {over} of {total}
          </span>
        </div>
      )}
      <ul role="alert" className="flex flex-col gap-2 empty:hidden">
        {failures.map(({ job, error }) => (
          <li key={job.id}>
            <p dir="auto" className="font-medium wrap-anywhere">
              {job.title}
            </p>
            <p className="text-xs text-failed">{error.message}</p>
          </li>
        ))}
      </ul>
    </div>
  )
}
