import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { isTransient } from '../../src/client/api-error.ts'
import { useConnection } from '../api/connection.ts'
import { cx } from './cx.ts'

type CalloutTone = 'info' | 'done' | 'waiting' | 'failed'

const looks = {
  info: { box: 'border-line bg-sunken', icon: 'text-muted', Icon: Info },
  done: { box: 'border-done/30 bg-done-soft', icon: 'text-done', Icon: CircleCheck },
  waiting: { box: 'border-waiting/30 bg-waiting-soft', icon: 'text-waiting', Icon: TriangleAlert },
  failed: { box: 'border-failed/30 bg-failed-soft', icon: 'text-failed', Icon: CircleAlert },
} as const

/** A message that should be read before continuing. `action` is the remedy. */
export function Callout({
  tone = 'info',
  title,
  action,
  children,
}: {
  readonly tone?: CalloutTone
  readonly title?: string
  readonly action?: ReactNode
  readonly children?: ReactNode
}) {
  const { box, icon, Icon } = looks[tone]
  return (
    <div
      role={tone === 'failed' ? 'alert' : undefined}
      className={cx('flex items-start gap-2.5 rounded-lg border px-3 py-2.5 text-sm', box)}
    >
      <Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', icon)} />
      <div className="min-w-0 flex-1 wrap-anywhere">
        {title !== undefined && (
          <div dir="auto" className="font-medium">
            {title}
          </div>
        )}
        {children}
      </div>
      {action}
    </div>
  )
}

/** The error of a failed request, in the server's words. */
export function Failure({ error, retry }: { readonly error: Error; readonly retry?: ReactNode }) {
  const isLost = useConnection().kind === 'lost'
  // A lost connection is shown once, above the page.
  if (isLost && isTransient(error))
    return <Callout tone="waiting">This is loaded when the server is back.</Callout>
  return (
    <Callout tone="failed" action={retry}>
      {error.message}
    </Callout>
  )
}
