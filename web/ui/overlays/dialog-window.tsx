import { X } from 'lucide-react'
import { AlertDialog, Dialog as Radix } from 'radix-ui'
import { useRef, type ReactNode } from 'react'
import { Button, IconButton } from '../controls/button.tsx'
import { cx } from '../cx.ts'
import { useReturnFocus } from './return-focus.ts'

const veil = 'fixed inset-0 z-40 bg-veil'
const panel =
  'fixed z-40 flex flex-col border border-line bg-raised shadow-menu focus:outline-none animate-appear'
const centred =
  'top-[12dvh] left-1/2 max-h-[76dvh] w-[calc(100vw-2rem)] -translate-x-1/2 rounded-lg max-sm:top-4 max-sm:max-h-[calc(100dvh-2rem)]'
const atTheSide = 'inset-y-0 right-0 w-full max-w-180 border-y-0 border-r-0'

export interface DialogProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: ReactNode
  /** Content beside the title: a status, an action. */
  readonly aside?: ReactNode
  /** In the middle, or as a drawer along the right edge. */
  readonly place?: 'middle' | 'side'
  readonly width?: 'narrow' | 'wide'
  readonly footer?: ReactNode
  readonly children: ReactNode
}

/** The window of `Dialog`, loaded when the first one opens. */
export function DialogWindow({
  open,
  onOpenChange,
  title,
  aside,
  place = 'middle',
  width = 'narrow',
  footer,
  children,
}: DialogProps) {
  const content = useRef<HTMLDivElement>(null)
  const returnFocus = useReturnFocus()
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={veil} />
        <Radix.Content
          aria-describedby={undefined}
          ref={content}
          onCloseAutoFocus={returnFocus}
          onOpenAutoFocus={(event) => {
            // A field that requests the focus already has it. The close button must not get it, because it would show its
            // tooltip.
            event.preventDefault()
            if (!content.current?.contains(document.activeElement)) content.current?.focus()
          }}
          className={cx(
            panel,
            place === 'side' ? atTheSide : centred,
            place === 'middle' && (width === 'wide' ? 'max-w-180' : 'max-w-120'),
          )}
        >
          <header className="flex shrink-0 items-center gap-3 border-b border-line py-2 pr-2 pl-4">
            <Radix.Title className="min-w-0 flex-1 truncate text-base font-semibold">{title}</Radix.Title>
            {aside}
            <Radix.Close asChild>
              <IconButton label="Close">
                <X />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
          {footer !== undefined && (
            <footer className="flex shrink-0 justify-end gap-2 border-t border-line px-4 py-3">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

export interface ConfirmProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly children: ReactNode
  readonly action: string
  /** The button that changes nothing: `Keep it` by default. */
  readonly keep?: string
  readonly onConfirm: () => void
}

/** The window of `Confirm`. */
export function ConfirmWindow(props: ConfirmProps) {
  const { open, onOpenChange, title, children, action, keep = 'Keep it', onConfirm } = props
  const returnFocus = useReturnFocus()
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={veil} />
        <AlertDialog.Content
          onCloseAutoFocus={returnFocus}
          className={cx(panel, centred, 'max-w-100 gap-2 p-4')}
        >
          <AlertDialog.Title className="text-base font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="text-sm text-muted">{children}</div>
          </AlertDialog.Description>
          <div className="mt-3 flex justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button>{keep}</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button variant="danger" onClick={onConfirm}>
                {action}
              </Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
