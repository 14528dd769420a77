import { useId, type ReactNode } from 'react'

/** The attributes that connect a control to the label, hint and error of its field. */
export interface FieldControl {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

/** A control with its label above and its hint or error below. `error` replaces `hint`. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  readonly label: string
  readonly hint?: ReactNode
  readonly error?: string | null | undefined
  readonly children: (control: FieldControl) => ReactNode
}) {
  const id = useId()
  const noteId = `${id}-note`
  const hasError = error !== undefined && error !== null
  const note = hasError ? error : hint
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': note === undefined ? undefined : noteId,
        'aria-invalid': hasError ? true : undefined,
      })}
      {note !== undefined && (
        <div
          id={noteId}
          role={hasError ? 'alert' : undefined}
          className={hasError ? 'text-xs text-failed' : 'text-xs text-muted'}
        >
          {note}
        </div>
      )}
    </div>
  )
}
