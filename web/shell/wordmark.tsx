/** The logo: a hull on its ramp. */
export function Mark({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 20 20" fill="none" aria-hidden className={className}>
      <path d="M3.1 3.4 16.6 7c-.5 3.3-3.1 5.3-6.4 4.4L4.9 10C3.8 9.7 3.1 8.8 3.1 7.7z" fill="currentColor" />
      <path d="m1.5 13.2 17 4.6" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
    </svg>
  )
}

/** The name with the logo. */
export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2">
      <Mark className="size-5 text-accent" />
      <span className="text-[15px] font-semibold tracking-tight">Slipway</span>
    </span>
  )
}
