import { useState } from 'react'
import { useCopy } from '../../ui/text/use-copy.ts'

/** The number of lines above which a text is folded. */
const shownLines = 24

/** The input or output of a tool, with its size. */
export function LongText({ name, text }: { readonly name: string; readonly text: string }) {
  const [isWhole, setIsWhole] = useState(false)
  const { isCopied, copy } = useCopy()
  const lines = text.split('\n')
  const isLong = lines.length > shownLines
  const shown = isLong && !isWhole ? lines.slice(0, shownLines).join('\n') : text
  return (
    <div className="overflow-hidden rounded-md border border-line bg-sunken">
      <p className="flex items-center gap-2 border-b border-line px-2.5 py-1 text-[11px] text-muted">
        {name}
        <span className="text-faint tabular-nums">{sizeText(text, lines.length)}</span>
        <button
          type="button"
          aria-label={`Copy the ${name.toLowerCase()}`}
          onClick={() => void copy(text)}
          className="ml-auto rounded px-1 hover:text-ink"
        >
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </p>
      <pre
        tabIndex={0}
        aria-label={name}
        role="region"
        className="max-h-96 overflow-auto px-2.5 py-2 text-xs leading-5 -outline-offset-2"
      >
        {shown}
      </pre>
      {isLong && (
        <button
          type="button"
          onClick={() => setIsWhole(!isWhole)}
          className="w-full border-t border-line px-2.5 py-1 text-left text-xs text-accent -outline-offset-2 hover:bg-hover"
        >
          {isWhole ? 'Show less' : `Show all ${lines.length} lines`}
        </button>
      )}
    </div>
  )
}

function sizeText(text: string, lines: number): string {
  const bytes = new TextEncoder().encode(text).length
  const size = bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`
  return `${lines === 1 ? '1 line' : `${lines} lines`}, ${size}`
}
