import type { ComponentProps } from 'react'
import { cx } from '../cx.ts'
import { Tip } from '../overlays/tip.tsx'

type Variant = 'primary' | 'plain' | 'quiet' | 'danger'
type Size = 'small' | 'medium'

interface Look {
  readonly variant?: Variant
  readonly size?: Size
}

const base =
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap select-none ' +
  'transition-colors duration-100 disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0'

const variants: Readonly<Record<Variant, string>> = {
  primary: 'bg-accent text-on-accent hover:not-disabled:bg-accent-strong',
  plain:
    'border border-line-strong bg-surface text-ink shadow-card hover:not-disabled:bg-hover active:not-disabled:bg-pressed',
  quiet: 'text-muted hover:not-disabled:bg-hover hover:not-disabled:text-ink active:not-disabled:bg-pressed',
  danger: 'bg-danger text-on-danger hover:not-disabled:bg-danger-strong',
}

const sizes: Readonly<Record<Size, string>> = { small: 'h-7 px-2.5 text-xs', medium: 'h-8 px-3 text-sm' }

/** Returns the classes of a button; also for links that look like one. */
export function buttonClass({ variant = 'plain', size = 'medium' }: Look = {}): string {
  return cx(base, variants[variant], sizes[size])
}

/** A button. At most one primary button per screen; `quiet` inside rows and headers. */
export function Button({
  variant = 'plain',
  size = 'medium',
  className,
  type,
  ...rest
}: ComponentProps<'button'> & Look) {
  return (
    <button
      type={type === 'submit' ? 'submit' : 'button'}
      className={cx(buttonClass({ variant, size }), className)}
      {...rest}
    />
  )
}

/** A button with only an icon; `label` is its accessible name and its tooltip. */
export function IconButton({
  label,
  keys,
  variant = 'quiet',
  size = 'medium',
  className,
  ...rest
}: Omit<ComponentProps<'button'>, 'aria-label' | 'type'> &
  Look & { readonly label: string; readonly keys?: string }) {
  return (
    <Tip label={label} {...(keys === undefined ? {} : { keys })}>
      <button
        type="button"
        aria-label={label}
        className={cx(base, variants[variant], size === 'small' ? 'size-7' : 'size-8', className)}
        {...rest}
      />
    </Tip>
  )
}
