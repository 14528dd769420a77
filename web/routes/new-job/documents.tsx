import { FileText, Paperclip, X } from 'lucide-react'
import { useRef } from 'react'
import { IconButton } from '../../ui/controls/button.tsx'
import { fileSize } from '../../ui/text/file-size.ts'

/** A button that opens the platform's file picker. */
export function AttachButton({ onFiles }: { readonly onFiles: (files: FileList) => void }) {
  const picker = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Files for the team to read"
        onChange={(event) => {
          if (event.target.files !== null) onFiles(event.target.files)
          event.target.value = ''
        }}
      />
      <IconButton label="Attach files" onClick={() => picker.current?.click()}>
        <Paperclip />
      </IconButton>
    </>
  )
}

/** The documents of the vision, each removable. */
export function DocumentChips({
  documents,
  onRemove,
}: {
  readonly documents: readonly File[]
  readonly onRemove: (index: number) => void
}) {
  if (documents.length === 0) return null
  return (
    <ul aria-label="Files" className="flex flex-wrap gap-1.5 px-4 pb-1">
      {documents.map((file, index) => (
        <li
          key={`${file.name}-${index}`}
          className="flex h-7 max-w-full items-center gap-1.5 rounded-md border border-line bg-sunken pl-2 text-xs"
        >
          <FileText aria-hidden className="size-3.5 shrink-0 text-muted" />
          <span dir="auto" className="truncate">
            {file.name}
          </span>
          <span className="shrink-0 text-muted tabular-nums">{fileSize(file.size)}</span>
          <button
            type="button"
            aria-label={`Remove ${file.name}`}
            onClick={() => onRemove(index)}
            className="flex size-6 items-center justify-center rounded text-muted hover:text-ink"
          >
            <X aria-hidden className="size-3.5" />
          </button>
        </li>
      ))}
    </ul>
  )
}
