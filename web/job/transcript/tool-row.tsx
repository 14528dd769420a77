import { Brain, FilePen, FileText, FolderInput, Globe, Search, Terminal, Trash2, Wrench } from 'lucide-react'
import { StatusIcon } from '../../parts/status-pill.tsx'
import type { StatusWord } from '../../words/status.ts'
import { Fold } from './fold.tsx'
import { InlineDiff } from './inline-diff.tsx'
import { inputText } from './input-text.ts'
import { LongText } from './long-text.tsx'
import type { ToolCall } from './transcript-items.ts'

/** The tool kinds of ACP. */
const icons: Readonly<Record<string, typeof Wrench>> = {
  read: FileText,
  edit: FilePen,
  delete: Trash2,
  move: FolderInput,
  search: Search,
  execute: Terminal,
  think: Brain,
  fetch: Globe,
}

const statusWords: Readonly<Record<string, StatusWord>> = {
  pending: 'pending',
  in_progress: 'running',
  completed: 'completed',
  failed: 'failed',
}

/** A tool call: its title in one line, which expands to its input and output. */
export function ToolRow({
  call,
  isOpen,
  onToggle,
}: {
  readonly call: ToolCall
  readonly isOpen: boolean
  readonly onToggle: (seq: number) => void
}) {
  const Icon = icons[call.toolKind ?? ''] ?? Wrench
  const status = statusWords[call.status ?? '']
  const input = inputText(call.input)
  const hasMore = input !== null || call.output !== null || call.paths.length > 0
  return (
    <div className="rounded-md">
      <Fold
        isOpen={isOpen}
        onToggle={() => onToggle(call.seq)}
        icon={<Icon aria-hidden />}
        name={`Tool, ${call.status ?? 'status unknown'}`}
        title={<span className="text-ink">{call.title}</span>}
        aside={status !== undefined && <StatusIcon status={status} />}
      >
        {call.paths.length > 0 && (
          <p className="text-xs wrap-anywhere text-muted">
            {call.paths.map((path) => (
              <code key={path} className="mr-2">
                {path}
              </code>
            ))}
          </p>
        )}
        {input !== null && <LongText name="Input" text={input} />}
        {call.output !== null && <LongText name="Output" text={call.output} />}
        {!hasMore && <p className="text-xs text-faint">The agent told nothing more about it.</p>}
      </Fold>
      {call.diffs.map((diff) => (
        <InlineDiff key={diff.path} diff={diff} />
      ))}
    </div>
  )
}
