import { ListTodo } from 'lucide-react'
import { StatusIcon } from '../../parts/status-pill.tsx'
import { cx } from '../../ui/cx.ts'
import type { StatusWord } from '../../words/status.ts'
import type { PlanEntry } from './session-data.ts'

const statusWords: Readonly<Record<string, StatusWord>> = { in_progress: 'running', completed: 'completed' }
const spoken: Readonly<Record<string, string>> = { in_progress: 'being done', completed: 'done' }

/** The agent's own plan, and its progress. */
export function PlanChecklist({ entries }: { readonly entries: readonly PlanEntry[] }) {
  const done = entries.filter((entry) => entry.status === 'completed').length
  return (
    <section aria-label="The agent's plan" className="my-1 rounded-lg border border-line px-3 py-2">
      <p className="mb-1 flex items-center gap-2 text-xs text-muted">
        <ListTodo aria-hidden className="size-3.5" /> Plan
        <span className="text-faint tabular-nums">
          {done} of {entries.length} done
        </span>
      </p>
      <ul className="flex flex-col gap-0.5">
        {entries.map((entry, index) => (
          <li key={index} className="flex items-start gap-2">
            <StatusIcon status={statusWords[entry.status] ?? 'pending'} className="mt-[3px]" />
            <span className={cx('min-w-0 wrap-anywhere', entry.status === 'completed' && 'text-muted')}>
              {entry.content}
              <span className="sr-only">, {spoken[entry.status] ?? 'to do'}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
