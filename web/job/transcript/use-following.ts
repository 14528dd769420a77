import { useCallback, useEffect, useState } from 'react'
import type { VirtualListHandle } from '../../ui/virtual-list.tsx'

/** This close to the end counts as there, in pixels. */
const nearEnd = 48

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
    toEnd()
    // What is drawn for the first time is measured in the next frame, and may be taller than it was taken to be.
    const frame = requestAnimationFrame(toEnd)
    return () => cancelAnimationFrame(frame)
  }, [isFollowing, toEnd, version])
  const onScroll = useCallback(() => {
    if (list === null) return
    const left = list.scrollSize - list.viewportSize - list.scrollOffset
    setIsFollowing(left < nearEnd)
  }, [list])
  return { isFollowing, list: setList, onScroll, follow: () => setIsFollowing(true) }
}
