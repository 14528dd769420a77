import { Copy, Download, Ellipsis, FolderGit2, ListOrdered, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { ArchiveFormat } from '../../../src/contract/files.ts'
import type { JobView } from '../../../src/contract/job.ts'
import { useSetPriority } from '../../api/mutations.ts'
import { IconButton } from '../../ui/button.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { Menu } from '../../ui/menu.tsx'
import type { MenuProps } from '../../ui/menu-panel.tsx'
import { priorities } from '../../ui/priority.ts'
import { showFailure, showToast } from '../../ui/toast.tsx'
import { useCopy } from '../../ui/use-copy.ts'

const DeleteJob = lazyPart(async () => (await import('./delete-job.tsx')).DeleteJob)

/** The ways to export the work, the place of the job in the queue, and its deletion. What cannot be done now is disabled. */
export function JobMenu({ job }: { readonly job: JobView }) {
  const [isAsking, setIsAsking] = useState(false)
  const exports = useExports(job)
  const places = usePlaces(job)
  const deletion = {
    label: 'Delete the job',
    icon: <Trash2 />,
    tone: 'danger' as const,
    disabled: job.completed_at === null,
    onSelect: () => setIsAsking(true),
  }
  return (
    <>
      <Menu
        trigger={
          <IconButton label="More about this job" size="small">
            <Ellipsis />
          </IconButton>
        }
        items={[...exports, ...places, deletion]}
      />
      {isAsking && <DeleteJob jobId={job.id} onClose={() => setIsAsking(false)} />}
    </>
  )
}

function useExports(job: JobView): MenuProps['items'] {
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
function usePlaces(job: JobView): MenuProps['items'] {
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

function cloneCommand(id: string): string {
  return `git -c http.extraHeader="Authorization: Bearer $(slipway token)" clone ${window.location.origin}/git/${id}.git`
}

function download(id: string, format: ArchiveFormat): void {
  const link = document.createElement('a')
  link.href = `/api/jobs/${id}/download?format=${format}`
  link.download = ''
  link.click()
}
