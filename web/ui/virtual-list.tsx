import type { ReactNode, Ref } from 'react'
import { lazyPart } from './lazy-part.tsx'
import type { VirtualListHandle } from './virtual-list-body.tsx'

export type { VirtualListHandle }

const Body = lazyPart(async () => (await import('./virtual-list-body.tsx')).VirtualListBody, {
  fallback: ({ className }) => <div className={className} />,
})

/** Loads the code for long lists in advance, to avoid a delay when the list is shown. */
export const loadVirtualList = Body.preload

interface VirtualListProps<Item> {
  readonly items: readonly Item[]
  readonly label: string
  /** A `group` contains focusable items; anything else is scrolled with the keyboard as a whole. */
  readonly role?: 'region' | 'group'
  readonly keyOf: (item: Item) => string | number
  readonly children: (item: Item, index: number) => ReactNode
  /** The id of the scrolling element. */
  readonly id?: string
  readonly handle?: Ref<VirtualListHandle>
  readonly className?: string
  readonly onScroll?: (offset: number) => void
  /** Set for a change that adds items at the top: the visible items then keep their position. */
  readonly isPrepending?: boolean
  /** Indexes of items that stay mounted when they are out of view, such as the focused one. */
  readonly keepMounted?: readonly number[]
  /** The assumed height of an item that has not been rendered, in pixels. */
  readonly usualHeight?: number
}

/** A long list that renders only visible items. Fills the height it is given. */
export function VirtualList<Item>(props: VirtualListProps<Item>) {
  const { items, keyOf, children, role = 'region', isPrepending = false, keepMounted = [] } = props
  const { label, id, handle, className, onScroll, usualHeight } = props
  return (
    <Body
      {...{ items, label, role, isPrepending, keepMounted, id, handle, className, onScroll, usualHeight }}
    >
      {(index: number) => {
        const item = items[index]
        return item === undefined ? <div key={index} /> : <div key={keyOf(item)}>{children(item, index)}</div>
      }}
    </Body>
  )
}
