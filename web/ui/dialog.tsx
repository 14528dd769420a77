import { lazy, Suspense } from 'react'
import type { ConfirmProps, DialogProps } from './dialog-window.tsx'

const DialogWindow = lazy(async () => ({ default: (await import('./dialog-window.tsx')).DialogWindow }))
const ConfirmWindow = lazy(async () => ({ default: (await import('./dialog-window.tsx')).ConfirmWindow }))

/**
 * A window over the page: focus stays inside, Escape closes it, focus goes back where it was. In the middle, or with
 * `place="side"` a drawer along the right edge.
 */
export function Dialog(props: DialogProps) {
  return <Suspense>{props.open && <DialogWindow {...props} />}</Suspense>
}

/** Asks before what cannot be undone. `action` is the verb on the button: never "OK". */
export function Confirm(props: ConfirmProps) {
  return <Suspense>{props.open && <ConfirmWindow {...props} />}</Suspense>
}
