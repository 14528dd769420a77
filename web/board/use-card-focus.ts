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

/** What every card's link listens with; the same object for as long as the board is there. */
export interface CardHandlers {
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onFocus: (event: FocusEvent) => void
  readonly onClick: (event: MouseEvent) => void
}

interface CardFocus {
  /** The card that had the focus last: Tab comes back to it. */
  readonly current: string | undefined
  /** The card that is to have it now; null once it has. */
  readonly target: string | null
  readonly handlers: CardHandlers
}

/**
 * The keyboard on the board: arrows go from card to card. `onGo` hears of a card before it is focused, `onOpen` of one whose
 * details are wanted here and not in a tab of their own.
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
