import {
  useEffect,
  useMemo,
  useRef,
  useState,
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
} from 'react'
import { cardAfterKey } from './board-keys.ts'
import type { Column } from './columns.ts'

/** The event handlers of every card's link; the same object as long as the board is mounted. */
export interface CardHandlers {
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onFocus: (event: FocusEvent) => void
  readonly onClick: (event: MouseEvent) => void
}

interface CardFocus {
  /** The card that last had the focus: Tab returns to it. */
  readonly current: string | undefined
  /** The card to focus now; null when it has the focus. */
  readonly target: string | null
  readonly handlers: CardHandlers
}

/**
 * Keyboard navigation on the board: arrows move between cards. `onGo` is called before a card is focused, `onOpen` when its
 * details are to be opened here and not in a new tab.
 */
export function useCardFocus(
  columns: readonly Column[],
  first: string | undefined,
  onGo: (taskId: string) => void,
  onOpen: (taskId: string) => void,
): CardFocus {
  const [current, setCurrent] = useState(first)
  const [target, setTarget] = useState<string | null>(null)
  const latest = useRef({ columns, onGo, onOpen })
  useEffect(() => {
    latest.current = { columns, onGo, onOpen }
  })
  const handlers = useMemo(
    (): CardHandlers => ({
      onKeyDown(event) {
        if (event.altKey || event.ctrlKey || event.metaKey) return
        const next = cardAfterKey(event.key, latest.current.columns, taskOf(event.target) ?? '')
        if (next === null) return
        event.preventDefault()
        latest.current.onGo(next)
        setTarget(next)
      },
      onFocus(event) {
        setCurrent(taskOf(event.target))
        setTarget(null)
      },
      onClick(event) {
        const task = taskOf(event.target)
        if (task === undefined || event.button !== 0) return
        if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        latest.current.onOpen(task)
      },
    }),
    [],
  )
  return { current, target, handlers }
}

function taskOf(target: EventTarget): string | undefined {
  const card = target instanceof Element ? target.closest('[data-task]') : null
  return card?.getAttribute('data-task') ?? undefined
}
