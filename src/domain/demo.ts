import type { Mode, Role } from '../contract/words.ts'

/** The backend that builds from blueprints, without any model. */
const DEMO = 'offline'
const team: readonly Role[] = ['product_owner', 'architect', 'developer', 'tester', 'reviewer']

/** Whether the offline demo does the work of a job, or some of it: nobody thought about that work. */
export function isDemo(job: {
  readonly backend: string
  readonly agents: Readonly<Partial<Record<Role, string>>>
  readonly mode: Mode
}): boolean {
  const roles: readonly Role[] = job.mode === 'solo' ? ['developer'] : team
  return roles.some((role) => (job.agents[role] ?? job.backend) === DEMO)
}
