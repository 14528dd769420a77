import { z } from 'zod'
import { Conformance } from './conformance.ts'
import { PermissionPolicy } from './permission.ts'
import { PlainText } from './plain-text.ts'
import { CheckCommand } from './plan.ts'
import { Wire } from './provider.ts'
import { Retention, RetentionInFile } from './storage.ts'
import { Mode } from './words.ts'

/** One entry of `GET /api/backends`. `reason` explains why an unavailable backend cannot be used and how to fix it. */
export const BackendView = z.object({
  name: z.string(),
  display_name: z.string(),
  available: z.boolean(),
  reason: z.string().nullable(),
  version: z.string().nullable(),
  /** `command`: a program that takes a prompt and implements no protocol. */
  kind: z.enum(['offline', 'acp', 'command']),
  default: z.boolean(),
  homepage: z.string(),
  /** The settings file that defines the backend, where alone it can be changed; null for all others. */
  file: z.string().nullable(),
  /** Whether this project's own tests run the real program. */
  tested: z.boolean(),
  /** Where the program was found: installed by Slipway, in PATH, or part of Slipway. */
  installed: z.enum(['slipway', 'path', 'built_in']).nullable(),
  /** The pinned version and packages that `POST /api/backends/{name}/install` installs; null when Slipway cannot install it. */
  install: z.object({ version: z.string(), packages: z.array(z.string()) }).nullable(),
  /** The latest conformance kit result on this machine; null when the kit never ran. */
  conformance: Conformance.nullable(),
  /**
   * The route of the backend to models: through the gateway with the key of `provider`, with its own login (metered by the
   * usage it reports), or `none` when it needs no model or handles that itself; null when no route is known.
   */
  auth: z.enum(['gateway', 'own', 'none']).nullable(),
  provider: z.string().nullable(),
  /** The model requested when none was chosen; null leaves the choice to the agent. */
  model: z.string().nullable(),
})
export type BackendView = z.infer<typeof BackendView>
/** The response to adding a backend: the backend, and the default backend for new jobs (null when none can work). */
export const AddedBackend = BackendView.extend({ default_backend: z.string().nullable() })
export type AddedBackend = z.infer<typeof AddedBackend>

export const BackendList = z.object({ backends: z.array(BackendView) })

/**
 * A backend added in settings: a program that speaks the Agent Client Protocol on stdin and stdout, or (`command`) a program
 * that is started once per turn and takes its prompt as its last argument, on stdin, or as the path of a file. With a
 * `package`, Slipway can install it, and the first word of `command` names the package's program. With a `wire` it reaches
 * models through the gateway: its arguments and `env` may hold `{gateway}`, `{token}` and `{model}`.
 */
export const CustomBackend = z.strictObject({
  name: PlainText.regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  display_name: PlainText.trim().min(1).max(100).optional(),
  /** Defaults to `acp`. */
  kind: z.enum(['acp', 'command']).optional(),
  command: z.array(PlainText.min(1).max(4096)).min(1).max(64),
  /** The way a `command` receives its prompt; defaults to `stdin`. */
  prompt: z.enum(['argument', 'stdin', 'file']).optional(),
  package: PlainText.regex(
    /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*@\d+\.\d+\.\d+[a-zA-Z0-9.+-]*$/,
    'it must be an npm package with an exact version, as in name@1.2.3',
  )
    .max(300)
    .optional(),
  wire: Wire.optional(),
  /** Returned with its values masked; a masked value that is sent back leaves the stored value unchanged. */
  env: z.record(PlainText.regex(/^[A-Za-z_][A-Za-z0-9_]*$/), PlainText.max(8192)).default({}),
})
export type CustomBackend = z.infer<typeof CustomBackend>

/**
 * The result of one real turn with a backend. `ok` is true when its program started, opened a session, and ended its turn
 * after sending output; otherwise `error` is a sentence. The transcript holds the session's updates, oldest first.
 */
export const BackendTrial = z.object({
  ok: z.boolean(),
  duration_ms: z.int(),
  error: z.string().nullable(),
  version: z.string().nullable(),
  transcript: z.array(
    z.object({
      at: z.string(),
      type: z.string(),
      message: z.string(),
      data: z.record(z.string(), z.unknown()),
    }),
  ),
})
export type BackendTrial = z.infer<typeof BackendTrial>

const jobDefaults = {
  mode: Mode,
  parallelism: z.int().min(1).max(16),
  approve_plan: z.boolean(),
  permissions: PermissionPolicy,
  checks: z.array(CheckCommand).max(20),
}

/** The defaults that `POST /api/jobs` applies to fields missing from a request. */
export const JobDefaults = z.strictObject({
  mode: jobDefaults.mode.default('team'),
  parallelism: jobDefaults.parallelism.default(2),
  approve_plan: jobDefaults.approve_plan.default(false),
  permissions: jobDefaults.permissions.default('sandbox'),
  checks: jobDefaults.checks.default([]),
})

const Seconds = z.int().min(1).max(86_000)

/** Limits of one backend, in seconds, that override the server's settings. */
export const BackendLimits = z.strictObject({
  /** From process start to an open session. */
  start: Seconds.optional(),
  /** From a prompt to the first update. */
  first_update: Seconds.optional(),
  /** Between two updates within a turn. */
  silence: Seconds.optional(),
  turn: Seconds.optional(),
})
export type BackendLimits = z.infer<typeof BackendLimits>

export const Settings = z.strictObject({
  default_backend: PlainText.max(64).nullable().default(null),
  backends: z.array(CustomBackend).max(50).default([]),
  defaults: JobDefaults.prefault({}),
  /** Keyed by backend name. */
  limits: z.record(PlainText.max(64), BackendLimits).default({}),
  retention: Retention.prefault({}),
})
export type Settings = z.infer<typeof Settings>

const ownNames: readonly string[] = ['offline', 'team']

/**
 * The schema of `slipway.yaml`. It takes precedence over the settings that people change while the server runs, which cannot
 * override it.
 */
export const SettingsFile = z.strictObject({
  /** Same as SLIPWAY_WORKERS, which takes precedence. */
  workers: z.int().min(0).max(64).optional(),
  default_backend: PlainText.min(1).max(64).optional(),
  backends: z
    .array(
      CustomBackend.refine(({ name }) => !ownNames.includes(name), {
        path: ['name'],
        error: 'it is part of Slipway: choose another name',
      }),
    )
    .max(50)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
      error: 'two of them have the same name',
    })
    .default([]),
  defaults: z.strictObject(jobDefaults).partial().default({}),
  limits: Settings.shape.limits,
  retention: RetentionInFile.default({}),
})
export type SettingsFile = z.infer<typeof SettingsFile>

/** One event of an installation: a piece of its output or, as the last event, its result. */
export const InstallEvent = z.union([
  z.object({ output: z.string() }),
  z.object({ backend: BackendView }),
  z.object({ error: z.string(), code: z.string() }),
])
export type InstallEvent = z.infer<typeof InstallEvent>
