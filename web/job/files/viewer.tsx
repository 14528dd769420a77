import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState } from 'react'
import type { FileContent } from '../../../src/contract/files.ts'
import { queries } from '../../api/queries.ts'
import { Callout, Failure } from '../../ui/callout.tsx'
import { buttonClass } from '../../ui/controls/button.tsx'
import { Segmented } from '../../ui/controls/segmented.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { fileSize } from '../../ui/text/file-size.ts'
import { Markdown } from '../../ui/text/markdown.tsx'
import { filePreview } from './preview.ts'

const CodeFile = lazyPart(async () => (await import('../../diff/code-file.tsx')).CodeFile, {
  prefetch: 'never',
  fallback: ({ contents }) => <pre className="overflow-x-auto p-4 text-xs">{contents}</pre>,
})

const looks = [
  { value: 'read', label: 'Read' },
  { value: 'source', label: 'Source' },
] as const

/** One file by its type: highlighted text, rendered Markdown, or an image; others can be downloaded. */
export function FileViewer({
  jobId,
  path,
  encoded,
  reference,
}: {
  readonly jobId: string
  readonly path: string
  /** The encoded bytes of a path that is not UTF-8. */
  readonly encoded: string | undefined
  readonly reference: string | undefined
}) {
  const [look, setLook] = useState<'read' | 'source'>('read')
  const { data: file, error } = useQuery(
    queries.file(jobId, encoded === undefined ? path : { encoded }, reference),
  )
  const raw = rawAddress(jobId, encoded ?? path.split('/').map(encodeURIComponent).join('/'), reference)
  const kind = file === undefined ? undefined : filePreview(file)
  return (
    <article aria-label={path} className="flex min-h-full flex-col">
      <header className="sticky top-0 z-10 flex min-h-11 flex-wrap items-center gap-3 border-b border-line bg-surface px-4 py-1.5">
        <h2 className="min-w-0 font-mono text-xs wrap-anywhere">{path}</h2>
        {file !== undefined && <span className="text-xs text-muted tabular-nums">{fileSize(file.size)}</span>}
        <span className="ml-auto flex items-center gap-2">
          {kind === 'markdown' && (
            <Segmented label="How it is shown" value={look} options={looks} onChange={setLook} />
          )}
          <a href={raw} download className={buttonClass({ size: 'small' })}>
            <Download aria-hidden />
            Raw
          </a>
        </span>
      </header>
      {error !== null && (
        <div className="p-4">
          <Failure error={error} />
        </div>
      )}
      {file === undefined && error === null && <SkeletonRows />}
      {file !== undefined && (
        <Shown
          file={file}
          kind={kind === 'markdown' && look === 'source' ? 'text' : filePreview(file)}
          raw={raw}
        />
      )}
    </article>
  )
}

function Shown({
  file,
  kind,
  raw,
}: {
  readonly file: FileContent
  readonly kind: ReturnType<typeof filePreview>
  readonly raw: string
}) {
  switch (kind) {
    case 'empty':
      return <p className="p-4 text-muted">The file is empty.</p>
    case 'image':
      return (
        <div className="flex flex-1 items-center justify-center bg-sunken p-6">
          <img src={raw} alt={file.path} className="max-h-[70dvh] max-w-full" />
        </div>
      )
    case 'binary':
      return (
        <div className="p-4">
          <Callout title="This is not text">Download it to open it in another program.</Callout>
        </div>
      )
    case 'large':
      return (
        <div className="p-4">
          <Callout title="The file is too large to be shown">Download it to read all of it.</Callout>
        </div>
      )
    case 'markdown':
      return (
        <div className="mx-auto w-full max-w-200 p-6 max-md:p-4">
          <Markdown text={file.content} />
        </div>
      )
    case 'text':
      return <CodeFile name={file.path} contents={file.content} />
  }
}

function rawAddress(jobId: string, place: string, reference: string | undefined): string {
  return `/api/jobs/${jobId}/preview/${place}${reference === undefined ? '' : `?ref=${encodeURIComponent(reference)}`}`
}
