import { getRouteApi } from '@tanstack/react-router'
import { ChevronRight, File, Folder, FolderOpen } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { FileTree } from '../../../src/contract/files.ts'
import { cx } from '../../ui/cx.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { fileSize } from '../../ui/text/file-size.ts'
import { VirtualList } from '../../ui/virtual-list.tsx'
import { firstFile, treeLines, type TreeLine } from './tree.ts'
import { FileViewer } from './viewer.tsx'

const route = getRouteApi('/app/jobs/$id/files')

/** The tree at the left, the selected file at the right; on a phone the file replaces the tree. */
export function FilesBrowser({ jobId, tree }: { readonly jobId: string; readonly tree: FileTree }) {
  const search = route.useSearch()
  const path = search.path ?? firstFile(tree.files)
  const encoded = tree.files.find((file) => file.path === path)?.encoded
  if (tree.files.length === 0)
    return <EmptyState title="No files yet">They appear when the first task is merged.</EmptyState>
  return (
    <div className="grid h-full min-h-0 grid-cols-[18rem_minmax(0,1fr)] max-md:grid-cols-1 max-md:grid-rows-[minmax(8rem,32%)_minmax(0,1fr)]">
      <Tree tree={tree} chosen={path} />
      <div className="min-h-0 min-w-0 overflow-auto border-l border-line max-md:border-t max-md:border-l-0">
        {path !== undefined && (
          <FileViewer key={path} jobId={jobId} path={path} encoded={encoded} reference={search.ref} />
        )}
      </div>
    </div>
  )
}

function Tree({ tree, chosen }: { readonly tree: FileTree; readonly chosen: string | undefined }) {
  const navigate = route.useNavigate()
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const lines = useMemo(() => treeLines(tree.files, closed), [tree.files, closed])
  const act = (line: TreeLine): void => {
    if (line.kind === 'file') void navigate({ search: (now) => ({ ...now, path: line.path }) })
    else
      setClosed(
        (now) =>
          new Set(now.has(line.path) ? [...now].filter((one) => one !== line.path) : [...now, line.path]),
      )
  }
  return (
    <nav aria-label="Files of the repository" className="flex min-h-0 flex-col">
      <VirtualList items={lines} label="Files" keyOf={(line) => line.path} className="h-full py-2">
        {(line) => <TreeRow line={line} isChosen={line.path === chosen} onAct={() => act(line)} />}
      </VirtualList>
      {tree.truncated && (
        <p className="border-t border-line px-4 py-2 text-xs text-muted">More files than are listed here.</p>
      )}
    </nav>
  )
}

function TreeRow({
  line,
  isChosen,
  onAct,
}: {
  readonly line: TreeLine
  readonly isChosen: boolean
  readonly onAct: () => void
}) {
  return (
    <button
      type="button"
      onClick={onAct}
      title={line.path}
      aria-current={isChosen ? 'true' : undefined}
      aria-expanded={line.kind === 'folder' ? line.isOpen : undefined}
      style={{ paddingLeft: `${16 + line.depth * 14}px` }}
      className={cx(
        'flex h-7 w-full items-center gap-1.5 pr-3 text-left text-sm -outline-offset-2 hover:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted',
        isChosen && 'bg-hover font-medium',
      )}
    >
      {line.kind === 'folder' ? (
        <>
          <ChevronRight aria-hidden className={cx('transition-transform', line.isOpen && 'rotate-90')} />
          {line.isOpen ? <FolderOpen aria-hidden /> : <Folder aria-hidden />}
        </>
      ) : (
        <>
          <span className="w-4" />
          <File aria-hidden />
        </>
      )}
      <span className="min-w-0 flex-1 truncate">{line.name}</span>
      {line.kind === 'file' && <span className="text-xs text-faint tabular-nums">{fileSize(line.size)}</span>}
    </button>
  )
}
