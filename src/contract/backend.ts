import { z } from 'zod'
import { Conformance } from './conformance.ts'
import { PermissionPolicy } from './permission.ts'
import { PlainText } from './plain-text.ts'
import { CheckCommand } from './plan.ts'
import { Wire } from './provider.ts'
import { Mode } from './words.ts'

/** One entry of `GET /api/backends`. `reason` says why an unavailable backend cannot be used and how to mend it. */
export const BackendView = z.object({
  name: z.string(),
  display_name: z.string(),
  available: z.boolean(),
  reason: z.string().nullable(),
  version: z.string().nullable(),
  /** `command`: any program that takes a prompt and speaks no protocol. */
  kind: z.enum(['offline', 'acp', 'command']),
  default: z.boolean(),
  homepage: z.string(),
  /** The file of settings in which it stands, and where alone it can be changed; null for all others. */
  file: z.string().nullable(),
  /** Whether this project's own tests run the real program. */
  tested: z.boolean(),
  /** Where it was found: installed by Slipway, in PATH, or part of Slipway. */
  installed: z.enum(['slipway', 'path', 'built_in']).nullable(),
  /** What `POST /api/backends/{name}/install` installs, pinned; null when Slipway cannot install it. */
  install: z.object({ version: z.string(), packages: z.array(z.string()) }).nullable(),
  /** What the conformance kit found here; null when it was never run. */
  conformance: Conformance.nullable(),
  /**
   * How it reaches models: through the gateway with the key of `provider`, with its own login (metered by what it reports),
   * or `none`, when it needs no model or takes care of that itself; null when no way is known.
   */
  auth: z.enum(['gateway', 'own', 'none']).nullable(),
  provider: z.string().nullable(),
  /** What is asked for when nobody chose a model; null leaves it to the agent. */
  model: z.string().nullable(),
})
export type BackendView = z.infer<typeof BackendView>
/** The answer to adding a backend: it, and the backend that new jobs get unless another is named; null: none can work. */
export const AddedBackend = BackendView.extend({ default_backend: z.string().nullable() })
export type AddedBackend = z.infer<typeof AddedBackend>

export const BackendList = z.object({ backends: z.array(BackendView) })

/**
 * A backend added in settings: any program that speaks the Agent Client Protocol on stdin and stdout, or (`command`)
 * any program that is started once for each turn and takes its prompt as its last argument, on stdin, or as the path of
 * a file. With a `package`, Slipway can install it, and the first word of `command` names the package's program.
 * With a `wire` it reaches models through the gateway: its words and `env` may hold `{gateway}`, `{token}` and `{model}`.
 */
export const CustomBackend = z.strictObject({
  name: PlainText.regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  display_name: PlainText.trim().min(1).max(100).optional(),
  /** `acp` unless told. */
  kind: z.enum(['acp', 'command']).optional(),
  command: z.array(PlainText.min(1).max(4096)).min(1).max(64),
  /** How a `command` is handed its prompt; `stdin` unless told. */
  prompt: z.enum(['argument', 'stdin', 'file']).optional(),
  package: PlainText.regex(
    /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*@\d+\.\d+\.\d+[a-zA-Z0-9.+-]*$/,
    'it must be an npm package with an exact version, as in name@1.2.3',
  )
    .max(300)
    .optional(),
  wire: Wire.optional(),
  /** Shown with its values masked; a masked value that is sent back stays as it is. */
  env: z.record(PlainText.regex(/^[A-Za-z_][A-Za-z0-9_]*$/), PlainText.max(8192)).default({}),
})
export type CustomBackend = z.infer<typeof CustomBackend>

/**
 * What came of one real turn with a backend. `ok`: its program started, opened a session, and ended its turn having said
 * something; else `error` is a sentence. The transcript holds what it said and did, oldest first.
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

/** What `POST /api/jobs` fills in where a request says nothing. */
export const JobDefaults = z.strictObject({
  mode: jobDefaults.mode.default('team'),
  parallelism: jobDefaults.parallelism.default(2),
  approve_plan: jobDefaults.approve_plan.default(false),
  permissions: jobDefaults.permissions.default('sandbox'),
  checks: jobDefaults.checks.default([]),
})

const Seconds = z.int().min(1).max(86_000)

/** Where a backend needs other limits than the rest, in seconds; the server's settings say what the rest have. */
export const BackendLimits = z.strictObject({
  /** From the start of its process to an open session. */
  start: Seconds.optional(),
  /** From a prompt to the first thing it says. */
  first_update: Seconds.optional(),
  /** Between two things that it says within a turn. */
  silence: Seconds.optional(),
  turn: Seconds.optional(),
})
export type BackendLimits = z.infer<typeof BackendLimits>

export const Settings = z.strictObject({
  default_backend: PlainText.max(64).nullable().default(null),
  backends: z.array(CustomBackend).max(50).default([]),
  defaults: JobDefaults.prefault({}),
  /** By the name of the backend. */
  limits: z.record(PlainText.max(64), BackendLimits).default({}),
})
export type Settings = z.infer<typeof Settings>

const ownNames: readonly string[] = ['offline', 'team']

/**
 * What `slipway.yaml` may say. It goes before the settings that people change while the server runs, which
 * cannot change what it says.
 */
export const SettingsFile = z.strictObject({
  /** Like SLIPWAY_WORKERS, which goes before it. */
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
})
export type SettingsFile = z.infer<typeof SettingsFile>

/** One event of an installation: what it says, and as the last one how it ended. */
export const InstallEvent = z.union([
  z.object({ output: z.string() }),
  z.object({ backend: BackendView }),
  z.object({ error: z.string(), code: z.string() }),
])
export type InstallEvent = z.infer<typeof InstallEvent>
