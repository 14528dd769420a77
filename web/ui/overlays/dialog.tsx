import { lazyPart } from '../lazy-part.tsx'
import type { ConfirmProps, DialogProps } from './dialog-window.tsx'

const DialogWindow = lazyPart(async () => (await import('./dialog-window.tsx')).DialogWindow)
const ConfirmWindow = lazyPart(async () => (await import('./dialog-window.tsx')).ConfirmWindow)

/**
 * A modal window: the focus stays inside, Escape closes it, and the focus returns to its previous place. In the middle or,
 * with `place="side"`, as a drawer along the right edge.
 */
export function Dialog(props: DialogProps) {
  return props.open && <DialogWindow {...props} onFailed={() => props.onOpenChange(false)} />
}

/** Asks for confirmation before an action that cannot be undone. `action` is the verb on the button: never "OK". */
export function Confirm(props: ConfirmProps) {
  return props.open && <ConfirmWindow {...props} onFailed={() => props.onOpenChange(false)} />
}
