import type { ReactNode, Ref } from 'react'
import { lazyPart } from './lazy-part.tsx'
import type { VirtualListHandle } from './virtual-list-body.tsx'

export type { VirtualListHandle }

const Body = lazyPart(async () => (await import('./virtual-list-body.tsx')).VirtualListBody, {
  fallback: ({ className }) => <div className={className} />,
})

/** Loads what long lists need: whoever knows that one is coming is spared the moment without it. */
export const loadVirtualList = Body.preload

interface VirtualListProps<Item> {
  readonly items: readonly Item[]
  readonly label: string
  /** A `group` holds what can be focused itself; anything else is scrolled with the keyboard as a whole. */
  readonly role?: 'region' | 'group'
  readonly keyOf: (item: Item) => string | number
  readonly children: (item: Item, index: number) => ReactNode
  /** By which the element that scrolls is found. */
  readonly id?: string
  readonly handle?: Ref<VirtualListHandle>
  readonly className?: string
  readonly onScroll?: (offset: number) => void
  /** Set it for the change that adds items at the top: what is in sight then stays where it is. */
  readonly isPrepending?: boolean
  /** Indexes that stay in the page when they are out of sight, such as that of the focus. */
  readonly keepMounted?: readonly number[]
  /** What an item is taken to measure before it has been in sight, in pixels. */
  readonly usualHeight?: number
}

/** A long list of which only what is in sight is in the page. Fills the height it is given. */
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
