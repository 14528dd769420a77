import { Check, Copy } from 'lucide-react'
import { useCopy } from './use-copy.ts'

/** The short form of a long text such as a commit; a click copies the whole text. `label` describes the click. */
export function CopyWord({
  text,
  shown,
  label,
}: {
  readonly text: string
  readonly shown: string
  readonly label: string
}) {
  const { isCopied, copy } = useCopy()
  return (
    <button
      type="button"
      title={text}
      aria-label={isCopied ? `${label}: copied` : `${label}: ${shown}`}
      onClick={() => void copy(text)}
      className="-mx-1 inline-flex h-6 items-center gap-1 rounded px-1 text-muted hover:bg-hover hover:text-ink"
    >
      <code className="text-xs">{shown}</code>
      {isCopied ? (
        <Check aria-hidden className="size-3.5 text-done" />
      ) : (
        <Copy aria-hidden className="size-3 text-faint" />
      )}
    </button>
  )
}
