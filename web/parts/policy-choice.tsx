import type { PermissionPolicy } from '../../src/contract/permission.ts'
import { Segmented } from '../ui/controls/segmented.tsx'

const policies = [
  { value: 'sandbox', label: 'Allow', hint: 'They may do everything inside their sandbox.' },
  { value: 'ask', label: 'Ask me', hint: 'Each request waits for your answer.' },
  { value: 'deny', label: 'Refuse', hint: 'Every request is refused.' },
] as const

/** A choice of the permission policy for agents. */
export function PolicyChoice({
  label,
  value,
  onChange,
}: {
  readonly label: string
  readonly value: PermissionPolicy
  readonly onChange: (value: PermissionPolicy) => void
}) {
  return (
    <div className="flex flex-col gap-1.5">
      <span className="text-sm font-medium">{label}</span>
      <div>
        <Segmented label={label} value={value} options={policies} onChange={onChange} />
      </div>
      <p className="text-xs text-muted">{policies.find((policy) => policy.value === value)?.hint}</p>
    </div>
  )
}
