import { Component, type ReactNode } from 'react'

const flightMs = 320
const slideMs = 220
const appearMs = 180
const easing = 'cubic-bezier(0.2, 0.7, 0.2, 1)'
/** The maximum number of cards that are animated at once; with more, the eye could follow none. */
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
  /** Changes exactly when a card changes its position. */
  readonly placement: string
  /** Whether lists are virtual, in which case positions are correct only in the next frame. */
  readonly isVirtual: boolean
  readonly className?: string
  readonly children: ReactNode
}

/**
 * Animates cards from their old to their new position, once per change of the board: between columns by flying above the
 * page, within a column by sliding. The focused card keeps the focus. A class component, because only
 * `getSnapshotBeforeUpdate` gives access to the page just before a change.
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

/** Returns every card on the page with its position and column. */
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

/** Animates a copy above the page, so that no column clips it; the card itself stays at its target. */
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
