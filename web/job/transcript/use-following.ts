import { useCallback, useEffect, useId, useRef, useState } from 'react'
import type { VirtualListHandle } from '../../ui/virtual-list.tsx'

/** This close to the end counts as there, in pixels. */
const nearEnd = 48
/** What is drawn for the first time is measured in the frames that follow, and may be taller than it was taken to be. */
const settlingFrames = 12

interface Following {
  readonly isFollowing: boolean
  /** The id of the list. */
  readonly listId: string
  /** The ref of the list, which may come later than what is in it. */
  readonly list: (list: VirtualListHandle | null) => void
  readonly onScroll: () => void
  /** Back to the end, and along with it from then on. */
  readonly follow: () => void
}

/**
 * Stays at the end of a list that grows, unless somebody scrolls up to read. `version` changes when it has grown. It scrolls
 * by itself: the list's own way to an item goes on pulling while anything is measured, against whoever scrolls.
 */
export function useFollowing(version: unknown): Following {
  const listId = useId()
  const [list, setList] = useState<VirtualListHandle | null>(null)
  const [isFollowing, setIsFollowing] = useState(true)
  // A person's scroll counts from its own frame on, before anything is drawn again.
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
    // A list that grows leaves its end behind all by itself: that is no reason to stay there.
    if (follows.current) toEnd()
    else if (isDown && scrollHeight - clientHeight - scrollTop < nearEnd) decide(true)
  }, [listId, decide, toEnd])
  return { isFollowing, listId, list: setList, onScroll, follow: () => decide(true) }
}

const upKeys = new Set(['ArrowUp', 'PageUp', 'Home'])

/**
 * Tells when a person goes up, by what they do: where a list stands changes for other reasons too. Whoever holds it, by
 * its bar or with a finger, is not pulled away either. The function returned stops it.
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
