import { fileSize } from '../ui/text/file-size.ts'

/** A job by its title, with what is known of its files. */
export interface NamedJob {
  readonly id: string
  readonly title: string
  readonly bytes?: number
  readonly hasNoCopy?: boolean
}

/** Makes a long list scrollable with the keyboard. */
const scrolledByKeys = { tabIndex: 0 }

/** The titles of all jobs that a dialog asks about, in a list that scrolls by itself. */
export function JobNames({ label, jobs }: { readonly label: string; readonly jobs: readonly NamedJob[] }) {
  return (
    <div
      role="region"
      aria-label={label}
      {...scrolledByKeys}
      className="max-h-48 overflow-y-auto rounded-md border border-line bg-sunken px-3 py-1.5 text-ink"
    >
      <ul>
        {jobs.map(({ id, title, bytes, hasNoCopy }) => (
          <li key={id} className="py-0.5">
            <p className="flex items-baseline gap-3">
              <span dir="auto" className="min-w-0 flex-1 truncate" title={title}>
                {title}
              </span>
              {bytes !== undefined && (
                <span className="shrink-0 text-xs text-muted tabular-nums">{fileSize(bytes)}</span>
              )}
            </p>
            {hasNoCopy === true && <p className="text-xs text-waiting">Nobody has a copy</p>}
          </li>
        ))}
      </ul>
    </div>
  )
}
