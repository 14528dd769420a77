import { Archive, ArchiveRestore, Copy, Download, FolderGit2, ListOrdered, Trash2 } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import type { ArchiveFormat } from '../../../src/contract/files.ts'
import type { JobView } from '../../../src/contract/job.ts'
import { useArchiveJob, useSetPriority } from '../../api/mutations.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { MenuPanel, type MenuItem } from '../../ui/overlays/menu-panel.tsx'
import { showFailure, showToast } from '../../ui/overlays/toast.tsx'
import { useCopy } from '../../ui/text/use-copy.ts'
import { priorities } from '../../words/priorities.ts'

const DeleteJob = lazyPart(async () => (await import('./delete-job.tsx')).DeleteJob)

/**
 * The opened menu of a job: the ways to export the work, the place of the job in the queue, the archive, and its deletion.
 * Actions that are not possible now are disabled.
 */
export function JobMenuPanel({ job, trigger }: { readonly job: JobView; readonly trigger: ReactElement }) {
  const [isAsking, setIsAsking] = useState(false)
  const exports = useExports(job)
  const places = usePlaces(job)
  const archive = useArchive(job)
  const deletion = {
    label: 'Delete the job',
    icon: <Trash2 />,
    tone: 'danger' as const,
    disabled: job.completed_at === null,
    onSelect: () => setIsAsking(true),
  }
  return (
    <>
      <MenuPanel trigger={trigger} items={[...exports, 'line', ...places, 'line', archive, deletion]} />
      {isAsking && <DeleteJob jobId={job.id} onClose={() => setIsAsking(false)} />}
    </>
  )
}

function useExports(job: JobView): MenuItem[] {
  const { copy } = useCopy()
  const copyThen = (text: string, said: string) => async (): Promise<void> => {
    if (await copy(text)) showToast('done', said)
  }
  const copyClone = copyThen(cloneCommand(job.id), 'The clone command is copied.')
  const copyPath = copyThen(job.workspace_path ?? '', 'The path is copied.')
  const hasNoCommit = job.head_commit === null
  return [
    {
      label: 'Download as a zip',
      icon: <Download />,
      disabled: hasNoCommit,
      onSelect: () => download(job.id, 'zip'),
    },
    {
      label: 'Download as a tar.gz',
      icon: <Download />,
      disabled: hasNoCommit,
      onSelect: () => download(job.id, 'tar.gz'),
    },
    {
      label: 'Copy the clone command',
      icon: <Copy />,
      disabled: hasNoCommit,
      onSelect: () => void copyClone(),
    },
    {
      label: 'Copy the path on the server',
      icon: <FolderGit2 />,
      disabled: job.workspace_path === null,
      onSelect: () => void copyPath(),
    },
  ]
}

/** The places in the queue that the job does not have now. */
function usePlaces(job: JobView): MenuItem[] {
  const { mutate } = useSetPriority(job.id)
  return priorities
    .filter(({ value }) => value !== job.options.priority)
    .map(({ value, label }) => ({
      label: `${label} priority`,
      icon: <ListOrdered />,
      disabled: job.completed_at !== null,
      onSelect: () => mutate(value, { onError: showFailure }),
    }))
}

function useArchive(job: JobView): MenuItem {
  const { mutate } = useArchiveJob(job.id)
  const isArchived = job.archived_at !== null
  return {
    label: isArchived ? 'Put the job back' : 'Archive the job',
    icon: isArchived ? <ArchiveRestore /> : <Archive />,
    disabled: job.completed_at === null && !isArchived,
    onSelect: () =>
      mutate(!isArchived, {
        onError: showFailure,
        onSuccess: () =>
          showToast('done', isArchived ? 'It is in the list again.' : 'It is among the archived jobs now.'),
      }),
  }
}

function cloneCommand(id: string): string {
  return `git -c http.extraHeader="Authorization: Bearer $(slipway token)" clone ${window.location.origin}/git/${id}.git`
}

function download(id: string, format: ArchiveFormat): void {
  const link = document.createElement('a')
  link.href = `/api/jobs/${id}/download?format=${format}`
  link.download = ''
  link.click()
}
