import { DropdownMenu } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { Kbd } from './code.tsx'
import { cx } from './cx.ts'

interface MenuItem {
  readonly label: string
  readonly icon?: ReactNode
  readonly keys?: string
  readonly tone?: 'plain' | 'danger'
  readonly disabled?: boolean
  readonly onSelect: () => void
}

export interface MenuProps {
  /** The button that opens it: one element that takes a ref, such as `Button` or `IconButton`. */
  readonly trigger: ReactElement
  readonly align?: 'start' | 'end'
  /** `line` separates. */
  readonly items: readonly (MenuItem | 'line')[]
}

/** The opened `Menu`, loaded with the first one. */
export function MenuPanel({ trigger, align = 'end', items }: MenuProps) {
  return (
    <DropdownMenu.Root defaultOpen>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-[70dvh] min-w-44 animate-appear overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-menu"
        >
          {items.map((item, index) =>
            item === 'line' ? (
              <DropdownMenu.Separator key={index} className="m-1 h-px bg-line" />
            ) : (
              <DropdownMenu.Item
                key={item.label}
                disabled={item.disabled ?? false}
                onSelect={item.onSelect}
                className={cx(
                  'flex h-8 cursor-pointer items-center gap-2 rounded px-2 text-sm outline-none select-none data-disabled:cursor-not-allowed data-disabled:opacity-50 data-highlighted:bg-hover [&_svg]:size-4',
                  item.tone === 'danger' ? 'text-failed' : 'text-ink [&_svg]:text-muted',
                )}
              >
                {item.icon}
                <span className="flex-1">{item.label}</span>
                {item.keys !== undefined && <Kbd keys={item.keys} />}
              </DropdownMenu.Item>
            ),
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
