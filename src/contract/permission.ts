import { z } from 'zod'

/**
 * How the permission requests of a job's agents are answered: a person is asked, everything is allowed inside the
 * sandbox, or everything is refused.
 */
export const PermissionPolicy = z.enum(['ask', 'sandbox', 'deny'])
export type PermissionPolicy = z.infer<typeof PermissionPolicy>

/** ACP's kinds of answers to a permission request. */
export const PermissionKind = z.enum(['allow_once', 'allow_always', 'reject_once', 'reject_always'])
export type PermissionKind = z.infer<typeof PermissionKind>
