import type { ComponentProps } from 'react'
import { cx } from '../cx.ts'

/** The classes of text controls; 16 px on phones, where smaller text makes the page zoom. */
export const controlClass =
  'w-full rounded-md border border-control bg-surface px-2.5 text-sm text-ink transition-colors duration-100 ' +
  'max-sm:text-[16px] hover:not-disabled:border-muted focus-visible:outline-offset-0 ' +
  'disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-failed'

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input dir="auto" className={cx(controlClass, 'h-8', className)} {...rest} />
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea
      dir="auto"
      className={cx(controlClass, 'min-h-20 resize-y py-1.5 leading-relaxed', className)}
      {...rest}
    />
  )
}
