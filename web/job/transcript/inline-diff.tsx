import type { ToolDiff } from './session-data.ts'
import { diffLines } from './diff-lines.ts'
import { cx } from '../../ui/cx.ts'

const looks = { same: 'text-muted', added: 'bg-done-soft text-done', removed: 'bg-failed-soft text-failed' }
const signs = { same: ' ', added: '+', removed: '-' }

/** A change that an agent made to a file, shown inline. */
export function InlineDiff({ diff }: { readonly diff: ToolDiff }) {
  const lines = diffLines(diff.old ?? '', diff.new)
  const count = (kind: 'added' | 'removed'): number => lines.filter((line) => line.kind === kind).length
  return (
    <figure className="mt-1 mb-1.5 ml-6 overflow-hidden rounded-md border border-line">
      <figcaption className="flex items-center gap-2 border-b border-line bg-sunken px-2.5 py-1 text-xs">
        <code className="min-w-0 flex-1 truncate" title={diff.path}>
          {diff.path}
        </code>
        <span className="text-done tabular-nums">+{count('added')}</span>
        <span className="text-failed tabular-nums">-{count('removed')}</span>
      </figcaption>
      <pre
        tabIndex={0}
        role="region"
        aria-label={`Change of ${diff.path}`}
        className="max-h-80 overflow-auto py-1 text-xs leading-5 -outline-offset-2"
      >
        {lines.map((line, index) => (
          <span key={index} className={cx('block min-w-fit px-2.5', looks[line.kind])}>
            {signs[line.kind]} {line.text}
            {'\n'}
          </span>
        ))}
      </pre>
    </figure>
  )
}
