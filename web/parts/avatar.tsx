import type { Role } from '../../src/contract/words.ts'
import { cx } from '../ui/cx.ts'
import { roleNames } from '../words/roles.ts'

const roleText: Readonly<Record<Role, string>> = {
  product_owner: 'text-role-product-owner bg-role-product-owner/14',
  architect: 'text-role-architect bg-role-architect/14',
  developer: 'text-role-developer bg-role-developer/14',
  reviewer: 'text-role-reviewer bg-role-reviewer/14',
  tester: 'text-role-tester bg-role-tester/14',
}

/** A member of the team: initials in the colour of the role. `size` is in pixels. */
export function Avatar({
  name,
  role,
  size = 20,
}: {
  readonly name: string
  readonly role: Role
  readonly size?: 16 | 20 | 24 | 32
}) {
  return (
    <span
      role="img"
      aria-label={`${name}, ${roleNames[role].toLowerCase()}`}
      title={`${name}, ${roleNames[role].toLowerCase()}`}
      style={{ width: size, height: size, fontSize: Math.max(8, Math.round(size * 0.42)) }}
      className={cx(
        'inline-flex shrink-0 items-center justify-center rounded-full font-semibold tracking-tight select-none',
        roleText[role],
      )}
    >
      {initials(name)}
    </span>
  )
}

/** Returns initials: "Ada Lovelace" is AL, "developer-2" is D2, "Ada" is AD. */
function initials(name: string): string {
  const words = name.split(/[\s_-]+/).filter((word) => word !== '')
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => word[0]) : [name.slice(0, 2)]
  return letters.join('').toUpperCase()
}
