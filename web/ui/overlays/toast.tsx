import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { createStore, useStore } from '../../api/store.ts'

interface Toast {
  readonly id: number
  readonly tone: 'done' | 'failed'
  readonly text: string
}

const shownMs = { done: 4_000, failed: 10_000 }
const limit = 4
const toasts = createStore<readonly Toast[]>([])
let lastId = 0

/** Shows a short notice of success or failure; not for information that must be read. */
export function showToast(tone: Toast['tone'], text: string): void {
  const id = ++lastId
  toasts.set([...toasts.get(), { id, tone, text }].slice(-limit))
  setTimeout(() => dismiss(id), shownMs[tone])
}

/** For `onError` of a mutation: shows the server's own words. */
export function showFailure(error: Error): void {
  showToast('failed', error.message)
}

function dismiss(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id))
}

/** The container of toasts. Used once, in the shell. */
export function Toasts() {
  const shown = useStore(toasts)
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 z-50 flex w-90 max-w-[calc(100vw-2rem)] flex-col gap-2 max-md:bottom-18"
    >
      {shown.map(({ id, tone, text }) => (
        <div
          key={id}
          className="pointer-events-auto flex animate-appear items-start gap-2.5 rounded-lg border border-line bg-raised py-2.5 pr-2 pl-3 text-sm shadow-menu"
        >
          {tone === 'done' ? (
            <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-done" />
          ) : (
            <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-failed" />
          )}
          <span className="min-w-0 flex-1 wrap-anywhere">{text}</span>
          <button
            type="button"
            aria-label="Dismiss"
            onClick={() => dismiss(id)}
            className="flex size-6 shrink-0 items-center justify-center rounded text-muted hover:bg-hover hover:text-ink"
          >
            <X className="size-3.5" />
          </button>
        </div>
      ))}
    </div>
  )
}
