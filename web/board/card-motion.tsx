import { Component, type ReactNode } from 'react'

const flightMs = 320
const slideMs = 220
const appearMs = 180
const easing = 'cubic-bezier(0.2, 0.7, 0.2, 1)'
/** When more than this many cards move at once, the eye follows none of them. */
const flightLimit = 12

interface Seen {
  readonly box: DOMRect
  readonly column: string
}

interface Before {
  readonly cards: ReadonlyMap<string, Seen>
  readonly focused: string | null
}

interface MotionProps {
  /** Changes exactly when a card stands somewhere else. */
  readonly placement: string
  /** The measures of what is scrolled virtually are right only in the next frame. */
  readonly isVirtual: boolean
  readonly className?: string
  readonly children: ReactNode
}

/**
 * Moves cards from where they were to where they are, once, when the board has changed: from column to column in
 * flight above everything, within a column by sliding. Whoever had the focus keeps it. A class, because React tells only
 * classes what the page looked like just before a change.
 */
export class CardMotion extends Component<MotionProps> {
  private board: HTMLDivElement | null = null

  override getSnapshotBeforeUpdate(before: MotionProps): Before | null {
    if (before.placement === this.props.placement || this.board === null) return null
    const focused = document.activeElement?.closest('[data-task]')
    return { cards: see(this.board), focused: focused?.getAttribute('data-task') ?? null }
  }

  override componentDidUpdate(_before: MotionProps, _state: unknown, seen: Before | null): void {
    const { board } = this
    if (seen === null || board === null) return
    if (seen.focused !== null && document.activeElement === document.body) {
      board.querySelector<HTMLElement>(`[data-task="${seen.focused}"] a`)?.focus()
    }
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return
    if (this.props.isVirtual) requestAnimationFrame(() => play(board, seen.cards))
    else play(board, seen.cards)
  }

  override render(): ReactNode {
    return (
      <div
        ref={(board) => {
          this.board = board
        }}
        className={this.props.className}
      >
        {this.props.children}
      </div>
    )
  }
}

/** Every card in the page, where it is and in which column. */
function see(board: HTMLElement): Map<string, Seen> {
  const cards = new Map<string, Seen>()
  for (const card of board.querySelectorAll<HTMLElement>('[data-task]')) {
    const column = card.closest('[data-column]')?.getAttribute('data-column') ?? ''
    cards.set(card.dataset['task'] ?? '', { box: card.getBoundingClientRect(), column })
  }
  return cards
}

function play(board: HTMLElement, before: ReadonlyMap<string, Seen>): void {
  let flights = 0
  for (const [id, now] of see(board)) {
    const card = board.querySelector<HTMLElement>(`[data-task="${id}"]`)
    const was = before.get(id)
    if (card === null || now.box.width === 0) continue
    if (was === undefined) {
      if (before.size > 0) card.animate({ opacity: [0, 1] }, { duration: appearMs, easing: 'ease-out' })
    } else if (was.column !== now.column && was.box.width > 0) {
      flights += 1
      if (flights <= flightLimit) fly(card, was.box, now.box)
    } else if (Math.abs(was.box.top - now.box.top) > 1 && was.column === now.column) {
      card.animate({ transform: [shift(was.box, now.box), 'none'] }, { duration: slideMs, easing })
    }
  }
}

/** A copy travels above the page, so that no column cuts it off; the card itself waits where it will be. */
function fly(card: HTMLElement, from: DOMRect, to: DOMRect): void {
  const copy = card.cloneNode(true)
  if (!(copy instanceof HTMLElement)) return
  copy.removeAttribute('data-task')
  copy.inert = true
  Object.assign(copy.style, {
    position: 'fixed',
    left: `${to.left}px`,
    top: `${to.top}px`,
    width: `${to.width}px`,
    height: `${to.height}px`,
    zIndex: '30',
    pointerEvents: 'none',
  })
  document.body.append(copy)
  card.style.visibility = 'hidden'
  const land = (): void => {
    card.style.visibility = ''
    copy.remove()
  }
  const flight = copy.animate({ transform: [shift(from, to), 'none'] }, { duration: flightMs, easing })
  flight.addEventListener('finish', land)
  flight.addEventListener('cancel', land)
}

function shift(from: DOMRect, to: DOMRect): string {
  return `translate(${from.left - to.left}px, ${from.top - to.top}px)`
}
