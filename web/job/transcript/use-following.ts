import { useCallback, useEffect, useId, useRef, useState } from 'react'
import type { VirtualListHandle } from '../../ui/virtual-list.tsx'

/** The distance from the end in pixels that counts as the end. */
const nearEnd = 48
/** The number of frames in which a newly rendered item is measured, because it may be taller than estimated. */
const settlingFrames = 12

interface Following {
  readonly isFollowing: boolean
  /** The id of the list. */
  readonly listId: string
  /** The ref of the list, which may be mounted later than its items. */
  readonly list: (list: VirtualListHandle | null) => void
  readonly onScroll: () => void
  /** Scrolls to the end, and follows it from then on. */
  readonly follow: () => void
}

/**
 * Keeps a growing list scrolled to its end, unless a person scrolls up. `version` changes when it has grown. Sets the scroll
 * position itself, because the list's own scrolling to an item continues while anything is measured, against a person who
 * scrolls.
 */
export function useFollowing(version: unknown): Following {
  const listId = useId()
  const [list, setList] = useState<VirtualListHandle | null>(null)
  const [isFollowing, setIsFollowing] = useState(true)
  // A ref, so that a person's scroll takes effect in the same frame, before the next render.
  const follows = useRef(true)
  const decide = useCallback((next: boolean) => {
    follows.current = next
    setIsFollowing(next)
  }, [])
  const toEnd = useCallback(() => {
    const element = document.getElementById(listId)
    if (element !== null) element.scrollTop = element.scrollHeight
  }, [listId])
  useEffect(() => {
    if (!isFollowing || list === null) return
    let frame = 0
    let framesLeft = settlingFrames
    const settle = (): void => {
      if (!follows.current) return
      toEnd()
      framesLeft -= 1
      if (framesLeft > 0) frame = requestAnimationFrame(settle)
    }
    settle()
    return () => cancelAnimationFrame(frame)
  }, [isFollowing, toEnd, version, list])
  useEffect(
    () => (list === null ? undefined : heedPerson(listId, () => decide(false))),
    [list, listId, decide],
  )
  const lastTop = useRef(0)
  const onScroll = useCallback(() => {
    const element = document.getElementById(listId)
    if (element === null) return
    const { scrollTop, scrollHeight, clientHeight } = element
    const isDown = scrollTop > lastTop.current
    lastTop.current = scrollTop
    // A growing list moves away from its end without a scroll by a person, so it keeps following.
    if (follows.current) toEnd()
    else if (isDown && scrollHeight - clientHeight - scrollTop < nearEnd) decide(true)
  }, [listId, decide, toEnd])
  return { isFollowing, listId, list: setList, onScroll, follow: () => decide(true) }
}

const upKeys = new Set(['ArrowUp', 'PageUp', 'Home'])

/**
 * Calls `onUp` when a person scrolls up, detected by input, because the scroll position changes for other reasons too.
 * Holding the scroll bar or touching the list also counts. Returns a function that removes the listeners.
 */
function heedPerson(listId: string, onUp: () => void): () => void {
  const element = document.getElementById(listId)
  if (element === null) return () => undefined
  const up = (): void => {
    if (element.scrollTop > 0) onUp()
  }
  const onWheel = (event: WheelEvent): void => {
    if (event.deltaY < 0) up()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (upKeys.has(event.key)) up()
  }
  const onPointerDown = (event: PointerEvent): void => {
    const isOnBar = event.target === element && event.offsetX > element.clientWidth
    if (isOnBar) up()
  }
  element.addEventListener('wheel', onWheel, { passive: true })
  element.addEventListener('keydown', onKeyDown)
  element.addEventListener('pointerdown', onPointerDown)
  element.addEventListener('touchmove', up, { passive: true })
  return () => {
    element.removeEventListener('wheel', onWheel)
    element.removeEventListener('keydown', onKeyDown)
    element.removeEventListener('pointerdown', onPointerDown)
    element.removeEventListener('touchmove', up)
  }
}
