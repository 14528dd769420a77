import { useCallback, useEffect, useRef, useState } from 'react'
import type { VirtualListHandle } from '../../ui/virtual-list.tsx'

/** This close to the end counts as there, in pixels. */
const nearEnd = 48
/** What is drawn for the first time is measured in the frames that follow, and may be taller than it was taken to be. */
const settlingFrames = 12

interface Following {
  readonly isFollowing: boolean
  /** The ref of the list; a list may come later than what is in it. */
  readonly list: (list: VirtualListHandle | null) => void
  readonly onScroll: () => void
  /** Back to the end, and along with it from then on. */
  readonly follow: () => void
}

/** Stays at the end of a list that grows, unless somebody scrolls up to read. `count` and `version` say that it grew. */
export function useFollowing(count: number, version: unknown): Following {
  const [list, setList] = useState<VirtualListHandle | null>(null)
  const [isFollowing, setIsFollowing] = useState(true)
  const toEnd = useCallback(() => {
    if (count > 0) list?.scrollToIndex(count - 1, { align: 'end' })
  }, [count, list])
  useEffect(() => {
    if (!isFollowing) return
    let frame = 0
    let framesLeft = settlingFrames
    const settle = (): void => {
      toEnd()
      framesLeft -= 1
      if (framesLeft > 0) frame = requestAnimationFrame(settle)
    }
    settle()
    return () => cancelAnimationFrame(frame)
  }, [isFollowing, toEnd, version])
  const seen = useRef({ offset: 0, size: 0 })
  const onScroll = useCallback(() => {
    if (list === null) return
    const { scrollOffset: offset, scrollSize: size, viewportSize } = list
    const before = seen.current
    seen.current = { offset, size }
    if (size - viewportSize - offset < nearEnd) setIsFollowing(true)
    // A list that grows leaves its end behind all by itself: only who goes up wants to stay there.
    else if (offset < before.offset && size >= before.size) setIsFollowing(false)
    else if (isFollowing) toEnd()
  }, [list, isFollowing, toEnd])
  return { isFollowing, list: setList, onScroll, follow: () => setIsFollowing(true) }
}
