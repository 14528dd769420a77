import { z } from 'zod'

/** The body of `POST /api/backup`. */
export const BackupRequest = z.strictObject({
  /** An absolute path on the machine of the server, of a directory that does not exist or is empty. */
  directory: z
    .string()
    .max(4000)
    .refine((text) => text.startsWith('/') && !text.includes('\0'), 'give an absolute path on the server'),
  /** Whether the key of the secrets and the token of the server are part of it: then a reader of the backup has those. */
  with_key: z.boolean().default(false),
})
export type BackupRequest = z.infer<typeof BackupRequest>

/** The running backup, or the last one since the server started. */
export const BackupView = z.object({
  status: z.enum(['never', 'running', 'done', 'failed']),
  directory: z.string().nullable(),
  with_key: z.boolean(),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  /** The jobs that have files, and those whose files are copied. */
  jobs: z.object({ total: z.int(), done: z.int() }),
  error: z.string().nullable(),
})
export type BackupView = z.infer<typeof BackupView>

/** The file `backup.json` of a complete backup. */
export const BackupManifest = z.object({
  /** The version that made it. */
  slipway: z.string(),
  created_at: z.string(),
  with_key: z.boolean(),
})
export type BackupManifest = z.infer<typeof BackupManifest>
