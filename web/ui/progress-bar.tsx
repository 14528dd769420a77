import { cx } from './cx.ts'
import { toneFill, type Tone } from './tone.ts'

/** A progress bar, in per cent, as reported by the server. */
export function ProgressBar({
  value,
  label,
  tone = 'running',
  className,
}: {
  readonly value: number
  readonly label: string
  readonly tone?: Tone
  readonly className?: string
}) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={0}
      aria-valuemax={100}
      className={cx('h-1 overflow-hidden rounded-full bg-pressed', className)}
    >
      <div
        className={cx('h-full rounded-full transition-[width] duration-500', toneFill[tone])}
        style={{ width: `${value}%` }}
      />
    </div>
  )
}
