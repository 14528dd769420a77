import { Copy, Download, Ellipsis, FolderGit2 } from 'lucide-react'
import type { ArchiveFormat } from '../../../src/contract/files.ts'
import type { JobView } from '../../../src/contract/job.ts'
import { IconButton } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useCopy } from '../../ui/use-copy.ts'

/** The ways to export the work. Those that are not available yet are disabled. */
export function JobMenu({ job }: { readonly job: JobView }) {
  const { copy } = useCopy()
  const copyThen = (text: string, said: string) => async (): Promise<void> => {
    if (await copy(text)) showToast('done', said)
  }
  const copyClone = copyThen(cloneCommand(job.id), 'The clone command is copied.')
  const copyPath = copyThen(job.workspace_path ?? '', 'The path is copied.')
  return (
    <Menu
      trigger={
        <IconButton label="More about this job" size="small">
          <Ellipsis />
        </IconButton>
      }
      items={[
        {
          label: 'Download as a zip',
          icon: <Download />,
          disabled: job.head_commit === null,
          onSelect: () => download(job.id, 'zip'),
        },
        {
          label: 'Download as a tar.gz',
          icon: <Download />,
          disabled: job.head_commit === null,
          onSelect: () => download(job.id, 'tar.gz'),
        },
        {
          label: 'Copy the clone command',
          icon: <Copy />,
          disabled: job.head_commit === null,
          onSelect: () => void copyClone(),
        },
        {
          label: 'Copy the path on the server',
          icon: <FolderGit2 />,
          disabled: job.workspace_path === null,
          onSelect: () => void copyPath(),
        },
      ]}
    />
  )
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
