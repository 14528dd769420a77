import { parsePatchFiles } from '@pierre/diffs'
import { FileDiff } from '@pierre/diffs/react'
import { useMemo } from 'react'
import { EmptyState } from '../ui/empty-state.tsx'
import { codeOptions } from './code-options.ts'
import { useColours } from './use-colours.ts'

/** A unified diff in git's format, file by file. */
export function Patch({ diff, look }: { readonly diff: string; readonly look: 'unified' | 'split' }) {
  const themeType = useColours()
  const files = useMemo(() => parsePatchFiles(diff).flatMap((patch) => patch.files), [diff])
  const options = { ...codeOptions, themeType, diffStyle: look, stickyHeader: true } as const
  if (files.length === 0)
    return <EmptyState title="Nothing was changed">The two commits hold the same files.</EmptyState>
  return (
    <div className="flex flex-col gap-3 p-4">
      {files.map((file) => (
        <section
          key={file.name}
          aria-label={file.name}
          className="overflow-hidden rounded-lg border border-line"
        >
          <FileDiff fileDiff={file} options={options} />
        </section>
      ))}
    </div>
  )
}
