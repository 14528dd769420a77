import { cx } from '../ui/cx.ts'
import { toneSoft, toneText, type Tone } from '../ui/tone.ts'
import { statuses, type StatusWord } from '../words/status.ts'

/** A status as a distinct shape, so that it does not depend on colour alone. */
export function StatusIcon({
  status,
  className,
}: {
  readonly status: StatusWord
  readonly className?: string
}) {
  const { tone } = statuses[status]
  return (
    <svg
      viewBox="0 0 14 14"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
      className={cx('size-3.5 shrink-0', toneText[tone], className)}
    >
      <Shape tone={tone} status={status} />
    </svg>
  )
}

function Shape({ tone, status }: { readonly tone: Tone; readonly status: StatusWord }) {
  switch (tone) {
    case 'idle':
      if (status === 'cancelled' || status === 'skipped')
        return <path d="M1.75 7a5.25 5.25 0 1 0 10.5 0 5.25 5.25 0 1 0-10.5 0M4.75 7h4.5" />
      return <circle cx="7" cy="7" r="5.25" strokeDasharray={status === 'pending' ? '1.8 2.3' : undefined} />
    case 'running':
      return (
        <>
          <circle cx="7" cy="7" r="5.25" opacity="0.45" />
          <path d="M7 1.75A5.25 5.25 0 0 1 12.25 7" strokeWidth="2" className="origin-center animate-turn" />
        </>
      )
    case 'waiting':
      if (status === 'needs_you')
        return (
          <>
            <circle cx="7" cy="7" r="6" fill="currentColor" stroke="none" />
            <path d="M7 4v3.4M7 9.9v.1" className="stroke-surface" />
          </>
        )
      // Not the icon of a pause, because nothing continues after these.
      if (status === 'unproven')
        return (
          <path d="M1.75 7a5.25 5.25 0 1 0 10.5 0 5.25 5.25 0 1 0-10.5 0M5.5 5.6a1.55 1.55 0 1 1 2.3 1.35c-.5.3-.8.6-.8 1.05M7 10v.1" />
        )
      if (status === 'partial' || status === 'waived')
        return <path d="M1.75 7a5.25 5.25 0 1 0 10.5 0 5.25 5.25 0 1 0-10.5 0M4.6 7.2l1.7 1.7 3.1-3.5" />
      return <path d="M7 1.75a5.25 5.25 0 1 0 0 10.5a5.25 5.25 0 1 0 0-10.5M5.5 5.25v3.5M8.5 5.25v3.5" />
    case 'review':
      return (
        <>
          <circle cx="7" cy="7" r="5.25" />
          <path d="M7 4a3 3 0 0 1 0 6z" fill="currentColor" stroke="none" />
        </>
      )
    case 'done':
      return (
        <>
          <circle cx="7" cy="7" r="6" fill="currentColor" stroke="none" />
          <path d="m4.5 7.2 1.8 1.8 3.3-3.7" className="stroke-surface" />
        </>
      )
    case 'failed':
      return (
        <>
          <circle cx="7" cy="7" r="6" fill="currentColor" stroke="none" />
          <path d="m5.1 5.1 3.8 3.8m0-3.8-3.8 3.8" className="stroke-surface" />
        </>
      )
  }
}

/** A status as a label with its icon. `soft` is for standalone use on a page, `bare` for rows with other text. */
export function StatusPill({
  status,
  label,
  look = 'soft',
}: {
  readonly status: StatusWord
  /** Replaces the status's default label. */
  readonly label?: string
  readonly look?: 'soft' | 'bare'
}) {
  const { tone, label: word } = statuses[status]
  return (
    <span
      data-status={status}
      className={cx(
        'inline-flex shrink-0 items-center gap-1.5 text-xs font-medium whitespace-nowrap',
        look === 'soft' ? cx('h-5.5 rounded-full pr-2.5 pl-1.5', toneSoft[tone]) : toneText[tone],
      )}
    >
      <StatusIcon status={status} />
      {label ?? word}
    </span>
  )
}
