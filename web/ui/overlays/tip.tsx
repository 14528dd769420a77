import { useEffect, useRef, useState, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { Kbd } from '../text/code.tsx'

/** In ms: hovering briefly opens nothing; after leaving there is time to reach the tooltip. */
const openMs = 400
const closeMs = 120
const gap = 6
/** The minimum distance from the edges of the window, in pixels. */
const edge = 8

interface Place {
  readonly left: number
  readonly top: number
  readonly isAbove: boolean
}

/**
 * A tooltip for an element without a visible name; never the only place where information is shown. A custom one, because a
 * positioning library would be a tenth of the page's first load.
 */
export function Tip({
  label,
  keys,
  children,
}: {
  readonly label: string
  readonly keys?: string
  readonly children: ReactNode
}) {
  const anchor = useRef<HTMLSpanElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const [place, setPlace] = useState<Place | null>(null)

  const later = (ms: number, act: () => void): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(act, ms)
  }
  const show = (): void => {
    const target = anchor.current?.firstElementChild
    if (target !== null && target !== undefined) setPlace(placeBeside(target))
  }
  const hide = (): void => setPlace(null)
  useEffect(() => () => clearTimeout(timer.current), [])
  useEscape(place !== null, hide)

  return (
    <span
      ref={anchor}
      className="contents"
      onPointerEnter={(event) => {
        if (event.pointerType === 'mouse') later(openMs, show)
      }}
      onPointerLeave={() => later(closeMs, hide)}
      onPointerDown={() => {
        clearTimeout(timer.current)
        hide()
      }}
      onFocus={(event) => {
        if (event.target.matches(':focus-visible')) later(0, show)
      }}
      onBlur={() => later(0, hide)}
    >
      {children}
      {place !== null &&
        createPortal(
          <div
            ref={keepInside}
            role="tooltip"
            style={{ left: place.left, top: place.top }}
            className={`fixed z-50 flex w-max max-w-80 -translate-x-1/2 items-center gap-2 rounded-md border border-line bg-raised px-2 py-1 text-xs text-ink shadow-menu ${place.isAbove ? '-translate-y-full' : ''}`}
          >
            {label}
            {keys !== undefined && <Kbd keys={keys} />}
          </div>,
          document.body,
        )}
    </span>
  )
}

/** Places it below the element, or above it where there is no room. */
function placeBeside(target: Element): Place {
  const box = target.getBoundingClientRect()
  const isAbove = box.bottom + 40 > window.innerHeight
  return {
    left: box.left + box.width / 2,
    top: isAbove ? box.top - gap : box.bottom + gap,
    isAbove,
  }
}

/** Moves it inside the edges of the window; its width is known only after it is rendered. */
function keepInside(tip: HTMLElement | null): void {
  if (tip === null) return
  const { left, right } = tip.getBoundingClientRect()
  const beyond = Math.max(0, right + edge - window.innerWidth) - Math.max(0, edge - left)
  if (beyond !== 0) tip.style.marginLeft = `${-beyond}px`
}

function useEscape(isActive: boolean, act: () => void): void {
  useEffect(() => {
    if (!isActive) return
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') act()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [isActive, act])
}
