import type { ReactNode } from 'react'
import { VList, type VListHandle } from 'virtua'

/** A long list of which only what is in sight is in the page. Fills the height it is given. */
export function VirtualList<Item>({
  items,
  label,
  keyOf,
  children,
  handle,
  className,
  onScroll,
  isPrepending = false,
}: {
  readonly items: readonly Item[]
  readonly label: string
  readonly keyOf: (item: Item) => string | number
  readonly children: (item: Item, index: number) => ReactNode
  readonly handle?: React.Ref<VListHandle>
  readonly className?: string
  readonly onScroll?: (offset: number) => void
  /** Set it for the change that adds items at the top: what is in sight then stays where it is. */
  readonly isPrepending?: boolean
}) {
  return (
    <VList
      {...(handle === undefined ? {} : { ref: handle })}
      {...(onScroll === undefined ? {} : { onScroll })}
      {...(className === undefined ? {} : { className })}
      shift={isPrepending}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      {items.map((item, index) => (
        <div key={keyOf(item)}>{children(item, index)}</div>
      ))}
    </VList>
  )
}
