import { Archive, ArchiveRestore, Trash2, X } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import type { JobSummary } from '../../../src/contract/job.ts'
import { client } from '../../api/client.ts'
import { useEachJob, type EachJob } from '../../api/each-job.ts'
import { useCommands } from '../../shell/commands.ts'
import { Button, IconButton } from '../../ui/controls/button.tsx'
import { ListCheckbox } from '../../ui/controls/list-checkbox.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { showToast } from '../../ui/overlays/toast.tsx'
import { countedJobs } from '../../words/counted-jobs.ts'
import type { Selection } from './selection.ts'

const DeleteJobs = lazyPart(async () => (await import('./delete.tsx')).DeleteJobs)

/** Selects all jobs of the page, counts the selected ones, and acts on them. `isArchive`: whether these are archived jobs. */
export function JobsBar({
  shown,
  selection,
  isArchive,
}: {
  readonly shown: readonly JobSummary[]
  readonly selection: Selection
  readonly isArchive: boolean
}) {
  const { jobs } = selection
  return (
    <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-1 pr-6 pl-4 max-md:pr-4 max-md:pl-2">
      <ListCheckbox
        label="Select all jobs on this page"
        checked={jobs.length > 0 && (jobs.length === shown.length || 'mixed')}
        onChange={(isSelected) => {
          const ids = shown.map(({ id }) => id)
          selection.set(ids, isSelected)
        }}
      >
        {jobs.length === 0 && <span className="pl-2 text-xs text-muted">Select all</span>}
      </ListCheckbox>
      <span role="status" className="whitespace-nowrap tabular-nums">
        {jobs.length > 0 && <SelectedWords jobs={jobs} />}
      </span>
      {jobs.length > 0 && <Acts jobs={jobs} isArchive={isArchive} clear={selection.clear} />}
    </div>
  )
}

function SelectedWords({ jobs }: { readonly jobs: readonly JobSummary[] }) {
  const open = jobs.length - endedOf(jobs).length
  return (
    <>
      {jobs.length} selected
      {open > 0 && (
        <span className="max-sm:sr-only">
          , {open === jobs.length ? 'not ended yet' : `${open} not ended yet`}
        </span>
      )}
    </>
  )
}

function endedOf(jobs: readonly JobSummary[]): readonly JobSummary[] {
  return jobs.filter((job) => job.completed_at !== null)
}

function Acts({
  jobs,
  isArchive,
  clear,
}: {
  readonly jobs: readonly JobSummary[]
  readonly isArchive: boolean
  readonly clear: () => void
}) {
  const [deleting, setDeleting] = useState<readonly JobSummary[] | null>(null)
  const { isMoving, move } = useMove(isArchive, clear)
  const movable = isArchive ? jobs : endedOf(jobs)
  const canDelete = endedOf(jobs).length > 0
  const verb = isArchive ? 'Put back' : 'Archive'
  useCommands(
    useMemo(
      () => [
        {
          id: 'jobs clear',
          title: 'Clear the selection',
          group: 'Selected jobs',
          keys: 'escape',
          run: clear,
        },
        ...(movable.length === 0
          ? []
          : [{ id: 'jobs move', title: verb, group: 'Selected jobs', run: () => move(movable) }]),
        ...(canDelete
          ? [{ id: 'jobs delete', title: 'Delete', group: 'Selected jobs', run: () => setDeleting(jobs) }]
          : []),
      ],
      [clear, move, movable, verb, canDelete, jobs],
    ),
  )
  return (
    <span className="flex items-center gap-2">
      <Button size="small" disabled={isMoving || movable.length === 0} onClick={() => move(movable)}>
        {isArchive ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
        {verb}
      </Button>
      <Button size="small" disabled={isMoving || !canDelete} onClick={() => setDeleting(jobs)}>
        <Trash2 aria-hidden />
        Delete
      </Button>
      <IconButton label="Clear the selection" keys="escape" size="small" onClick={clear}>
        <X />
      </IconButton>
      {deleting !== null && (
        <DeleteJobs
          jobs={deleting}
          onFailed={() => setDeleting(null)}
          onClose={(hasBegun) => {
            setDeleting(null)
            if (hasBegun) clear()
          }}
        />
      )}
    </span>
  )
}

/** Archives jobs, or puts archived ones back, and reports the result in toasts. */
function useMove(
  isArchive: boolean,
  clear: () => void,
): { readonly isMoving: boolean; readonly move: (jobs: readonly JobSummary[]) => void } {
  const act = useCallback((id: string) => client.archiveJob(id, !isArchive), [isArchive])
  const { progress, run } = useEachJob(act)
  const move = useCallback(
    (jobs: readonly JobSummary[]) => {
      void run(jobs).then((outcome) => {
        showOutcome(outcome, isArchive)
        clear()
      })
    },
    [run, isArchive, clear],
  )
  return { isMoving: progress?.isRunning === true, move }
}

function showOutcome({ done, failures }: EachJob, isArchive: boolean): void {
  const where = isArchive ? 'back in the list' : 'archived'
  if (done > 0) showToast('done', `${countedJobs(done)} ${done === 1 ? 'is' : 'are'} ${where}.`)
  for (const { job, error } of failures) showToast('failed', `${job.title}: ${error.message}`)
}
