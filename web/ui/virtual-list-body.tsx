import type { ReactElement, Ref } from 'react'
import { VList, type VListHandle } from 'virtua'

/** Scrolls the list from outside. */
export type VirtualListHandle = VListHandle

export interface VirtualListBodyProps {
  readonly items: readonly unknown[]
  readonly label: string
  readonly role: 'region' | 'group'
  readonly children: (index: number) => ReactElement
  readonly isPrepending: boolean
  readonly keepMounted: readonly number[]
  readonly id: string | undefined
  readonly handle: Ref<VirtualListHandle> | undefined
  readonly className: string | undefined
  readonly onScroll: ((offset: number) => void) | undefined
  readonly usualHeight: number | undefined
}

/** The list itself, in a file of its own because short lists do not need it. */
export function VirtualListBody(props: VirtualListBodyProps) {
  const { items, label, role, children, isPrepending, keepMounted } = props
  const { id, handle, className, onScroll, usualHeight } = props
  return (
    <VList
      data={items}
      {...(id === undefined ? {} : { id })}
      {...(handle === undefined ? {} : { ref: handle })}
      {...(onScroll === undefined ? {} : { onScroll })}
      {...(className === undefined ? {} : { className })}
      {...(usualHeight === undefined ? {} : { itemSize: usualHeight })}
      shift={isPrepending}
      keepMounted={keepMounted}
      {...(role === 'region' ? { tabIndex: 0 } : {})}
      role={role}
      aria-label={label}
    >
      {(_, index) => children(index)}
    </VList>
  )
}
