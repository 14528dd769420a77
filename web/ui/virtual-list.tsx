import { lazy, Suspense, useState, type ReactNode, type Ref } from 'react'
import type { VirtualListBody, VirtualListHandle } from './virtual-list-body.tsx'

export type { VirtualListHandle }

type Body = typeof VirtualListBody

/** The list itself, once it has been loaded. */
let known: Body | undefined

/** Loads what long lists need: whoever knows that one is coming is spared the moment without it. */
export async function loadVirtualList(): Promise<Body> {
  known = (await import('./virtual-list-body.tsx')).VirtualListBody
  return known
}

const LaterBody = lazy(async () => ({ default: await loadVirtualList() }))

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
  // What has been shown stays: another component in its place would begin at the top again.
  const [List] = useState(() => known ?? LaterBody)
  return (
    <Suspense fallback={<div className={className} />}>
      <List
        {...{ items, label, role, isPrepending, keepMounted, id, handle, className, onScroll, usualHeight }}
      >
        {(index) => {
          const item = items[index]
          return item === undefined ? (
            <div key={index} />
          ) : (
            <div key={keyOf(item)}>{children(item, index)}</div>
          )
        }}
      </List>
    </Suspense>
  )
}
