import { Check } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { cx } from '../cx.ts'
import { Kbd } from '../text/code.tsx'

export interface MenuItem {
  readonly label: string
  /** A second line: a description, or why it cannot be chosen. */
  readonly note?: string
  /** Whether this is the chosen item, in a menu of choices. */
  readonly checked?: boolean
  readonly icon?: ReactNode
  readonly keys?: string
  readonly tone?: 'plain' | 'danger'
  readonly disabled?: boolean
  readonly onSelect: () => void
}

export interface MenuProps {
  /** The button that opens it: one element that accepts a ref, such as `Button` or `IconButton`. */
  readonly trigger: ReactElement
  readonly align?: 'start' | 'end'
  /** `line` is a separator. */
  readonly items: readonly (MenuItem | 'line')[]
}

/** The opened `Menu`, loaded when the first one opens. */
export function MenuPanel({ trigger, align = 'end', items }: MenuProps) {
  return (
    // A modal menu would hide everything else from screen readers while it can still be focused.
    <DropdownMenu.Root defaultOpen modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-[70dvh] max-w-110 min-w-44 animate-appear overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-menu"
        >
          {items.map((item, index) =>
            item === 'line' ? (
              <DropdownMenu.Separator key={index} className="m-1 h-px bg-line" />
            ) : (
              <Item key={item.label} item={item} />
            ),
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function Item({ item }: { readonly item: MenuItem }) {
  const shared = {
    disabled: item.disabled ?? false,
    onSelect: item.onSelect,
    className: cx(
      'flex min-h-8 cursor-pointer items-center gap-2 rounded px-2 py-1 text-sm outline-none select-none data-disabled:cursor-not-allowed data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0',
      item.tone === 'danger' ? 'text-failed' : 'text-ink [&_svg]:text-muted',
    ),
  }
  const inside = (
    <>
      {item.icon}
      <span className="flex min-w-0 flex-1 flex-col">
        <span className={item.disabled === true ? 'text-muted' : undefined}>{item.label}</span>
        {item.note !== undefined && (
          <span className="text-xs wrap-anywhere text-muted max-sm:max-w-64">{item.note}</span>
        )}
      </span>
      {item.keys !== undefined && <Kbd keys={item.keys} />}
    </>
  )
  if (item.checked === undefined) return <DropdownMenu.Item {...shared}>{inside}</DropdownMenu.Item>
  return (
    <DropdownMenu.CheckboxItem {...shared} checked={item.checked}>
      {inside}
      <span className="flex size-4 shrink-0">{item.checked && <Check aria-hidden />}</span>
    </DropdownMenu.CheckboxItem>
  )
}
