import type { Mode, Role } from '../contract/words.ts'

/** The backend that builds from blueprints, without any model. */
const DEMO = 'offline'
const team: readonly Role[] = ['product_owner', 'architect', 'developer', 'tester', 'reviewer']

/** Whether the offline demo does all or part of the work of a job, so that no model was used for that part. */
export function isDemo(job: {
  readonly backend: string
  readonly agents: Readonly<Partial<Record<Role, string>>>
  readonly mode: Mode
}): boolean {
  const roles: readonly Role[] = job.mode === 'solo' ? ['developer'] : team
  return roles.some((role) => (job.agents[role] ?? job.backend) === DEMO)
}
