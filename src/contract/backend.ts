import { z } from 'zod'

/** One entry of `GET /api/backends`. `reason` says why an unavailable backend cannot be used and how to mend it. */
export const BackendView = z.object({
  name: z.string(),
  display_name: z.string(),
  available: z.boolean(),
  reason: z.string().nullable(),
  version: z.string().nullable(),
  kind: z.enum(['offline', 'acp']),
  default: z.boolean(),
})
export type BackendView = z.infer<typeof BackendView>
export const BackendList = z.object({ backends: z.array(BackendView) })

/** A backend added in settings: any program that speaks the Agent Client Protocol on stdin and stdout. */
export const CustomBackend = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  display_name: z.string().trim().min(1).max(100).optional(),
  command: z.array(z.string().min(1).max(4096)).min(1).max(64),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(4096)).default({}),
})
export type CustomBackend = z.infer<typeof CustomBackend>

export const Settings = z.strictObject({
  default_backend: z.string().nullable().default(null),
  backends: z.array(CustomBackend).max(50).default([]),
})
export type Settings = z.infer<typeof Settings>
