import type { BackendView } from '../contract/backend.ts'
import type { Wire } from '../contract/provider.ts'
import type { LimitWording } from './usage-limit.ts'

/**
 * A backend as data: how its program is found, installed and started, its environment and the files in its HOME, and its
 * special behaviour. Texts may hold placeholders, filled in when an attempt starts: `{gateway}` (the address of the model
 * gateway), `{base}` (the same, with the path of the provider's wire), `{speech}` (the provider's wire), `{token}` (the
 * attempt's token for the gateway), `{model}`, `{home}`, `{install}` (the directory where Slipway installed it) and
 * `{platform}` (as in `linux-x64`).
 */
export interface Profile {
  /** Its name in the API and in `slipway backends install <id>`. */
  readonly id: string
  readonly displayName: string
  readonly kind: BackendView['kind']
  readonly homepage: string
  /** Whether this project's tests run the real program; untested backends are marked as such wherever people choose one. */
  readonly tested: boolean
  /** Null when there is no package that Slipway can install: then `hint` gives installation advice. */
  readonly install: Install | null
  readonly hint: string
  /** The command when it was not installed by Slipway: a program in PATH or by its path, and its arguments. */
  readonly command: readonly [string, ...string[]]
  /** The way a program without a protocol receives its prompt; for kind `command` only. */
  readonly prompt?: PromptBy
  readonly env: Readonly<Record<string, string>>
  /** Files in the attempt's HOME, keyed by relative path; an object is written as JSON. */
  readonly files: Readonly<Record<string, string | object>>
  /** The settings for reaching models through the gateway; null when it cannot use it. */
  readonly gateway: GatewayUse | null
  /** Files of a person's HOME that hold the agent's own login; they are copied into the attempt's HOME. */
  readonly login: readonly string[]
  readonly session: SessionPreferences
  /** Limits that override the defaults for this agent, in ms. */
  readonly limits: Partial<SessionLimits>
  /** The wording of this agent's notice of a used-up subscription; without it all known wordings are tried. */
  readonly limitWording?: LimitWording
}

/** npm packages with exact versions, and the file among them that is the program. */
export interface Install {
  readonly version: string
  readonly packages: Readonly<Record<string, string>>
  /** A file below the install directory, or a command whose file is named by the first package. */
  readonly entry: { readonly file: string } | { readonly bin: string }
  readonly runner: 'node' | 'itself'
  readonly args: readonly string[]
  /** Directories below the install directory that are prepended to PATH. */
  readonly path?: readonly string[]
}

export interface GatewayUse {
  /** `any`: it supports the wire of whichever provider is used. */
  readonly wire: Wire | 'any'
  readonly env: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, string | object>>
  /** The model requested when none was chosen; null when the agent has a default of its own. */
  readonly model: string | null
}

/** Settings applied to a session before its first prompt; those that the agent does not offer are skipped. */
export interface SessionPreferences {
  /** ACP mode by the job's permission policy. Always set, because many agents approve everything by default. */
  readonly modes: { readonly ask?: string; readonly sandbox?: string; readonly deny?: string }
  readonly config: Readonly<Record<string, string | boolean>>
  /** The agent's authentication method that needs no person, used when the agent requires a login. */
  readonly authenticate?: string
  /** The agent cannot load its sessions reliably: they are rebuilt from Slipway's transcript. */
  readonly brokenLoad?: boolean
  /** The agent mistakes its client's file-not-found error for another error, so it accesses files itself. */
  readonly ownFiles?: boolean
  /** The agent reports the tokens of only a part of its turns, so only its cost is used. */
  readonly partialUsage?: boolean
  /** Cancelling a turn leaves its command running, so the process is ended as well. */
  readonly leavesCommands?: boolean
}

export type PromptBy = 'argument' | 'stdin' | 'file'

/** The maximum durations within a session, in ms. */
export interface SessionLimits {
  /** From process start to an open session. */
  readonly startMs: number
  /** From a prompt to the first update. */
  readonly firstUpdateMs: number
  /** Between two updates. */
  readonly silenceMs: number
  /** One turn. */
  readonly turnMs: number
}

export const plainSession: SessionPreferences = { modes: {}, config: {} }

/** The defaults of a profile without special needs; each profile overrides them. */
export const plainProfile = {
  install: null,
  env: {},
  files: {},
  gateway: null,
  login: [],
  session: plainSession,
  limits: {},
} as const satisfies Partial<Profile>
