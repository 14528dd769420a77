import type { Role } from '../../src/contract/words.ts'

/** The names of the roles, as people read them. */
export const roleNames: Readonly<Record<Role, string>> = {
  product_owner: 'Product owner',
  architect: 'Architect',
  developer: 'Developer',
  reviewer: 'Reviewer',
  tester: 'Tester',
}
