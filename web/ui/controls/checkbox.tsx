import { Check } from 'lucide-react'
import { Checkbox as Radix, Switch as RadixSwitch } from 'radix-ui'
import { useId, type ReactNode } from 'react'

interface Choice {
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean
}

/** A checkbox with a label and a hint. */
export function Checkbox({ label, hint, checked, onChange, disabled = false }: Choice) {
  const id = useId()
  return (
    <div className="flex items-start gap-2">
      <Radix.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={(next) => onChange(next === true)}
        className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded border border-control bg-surface disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <Radix.Indicator>
          <Check className="size-3 text-on-accent" strokeWidth={3} />
        </Radix.Indicator>
      </Radix.Root>
      <ChoiceLabel id={id} label={label} hint={hint} />
    </div>
  )
}

/** A switch that takes effect immediately. */
export function Switch({ label, hint, checked, onChange, disabled = false }: Choice) {
  const id = useId()
  return (
    <div className="flex items-start justify-between gap-4">
      <ChoiceLabel id={id} label={label} hint={hint} />
      <RadixSwitch.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        className="mt-0.5 inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-control bg-sunken px-px transition-colors disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <RadixSwitch.Thumb className="size-4 rounded-full bg-control transition-transform data-[state=checked]:translate-x-4 data-[state=checked]:bg-on-accent" />
      </RadixSwitch.Root>
    </div>
  )
}

function ChoiceLabel({
  id,
  label,
  hint,
}: {
  readonly id: string
  readonly label: ReactNode
  readonly hint: ReactNode
}) {
  return (
    <div className="flex min-w-0 flex-col">
      <label htmlFor={id} className="text-sm">
        {label}
      </label>
      {hint !== undefined && <span className="text-xs text-muted">{hint}</span>}
    </div>
  )
}
