import type { BackendView } from '../contract/backend.ts'
import type { Wire } from '../contract/provider.ts'
import type { LimitWording } from './usage-limit.ts'

/**
 * A backend as data: how its program is found, installed and started, what it finds in its environment and its HOME,
 * and where it differs from the rest. Texts may hold placeholders, filled in when an attempt starts: `{gateway}` (the
 * address of the model gateway), `{base}` (the same, with the path at which the provider's wire begins), `{speech}` (the
 * provider's wire), `{token}` (the attempt's key to it), `{model}`, `{home}`, `{install}` (where Slipway installed it)
 * and `{platform}` (as in `linux-x64`).
 */
export interface Profile {
  /** Its name on the wire and in `slipway backends install <id>`. */
  readonly id: string
  readonly displayName: string
  readonly kind: BackendView['kind']
  readonly homepage: string
  /** Whether this project's tests run the real program; what is not is said so wherever people choose. */
  readonly tested: boolean
  /** Null when there is no package that Slipway could install: then `hint` tells a person what to do. */
  readonly install: Install | null
  readonly hint: string
  /** How it is started when it was not installed by Slipway: a program in PATH or by its path, and its arguments. */
  readonly command: readonly [string, ...string[]]
  /** How a program without a protocol is handed its prompt; for kind `command` only. */
  readonly prompt?: PromptBy
  readonly env: Readonly<Record<string, string>>
  /** Files in the attempt's HOME, by relative path; an object becomes JSON. */
  readonly files: Readonly<Record<string, string | object>>
  /** How it reaches models through the gateway; null when it cannot. */
  readonly gateway: GatewayUse | null
  /** Files of a person's HOME with which the agent is logged in on its own; they are copied into the attempt's HOME. */
  readonly login: readonly string[]
  readonly session: SessionWishes
  /** Where this agent needs other limits than the rest, in milliseconds. */
  readonly limits: Partial<SessionLimits>
  /** Whose words it has for a subscription that is used up; without it all known ones are listened for. */
  readonly limitWording?: LimitWording
}

/** npm packages with exact versions, and which file of them is the program. */
export interface Install {
  readonly version: string
  readonly packages: Readonly<Record<string, string>>
  /** A file below the install directory, or the command whose file the first package names. */
  readonly entry: { readonly file: string } | { readonly bin: string }
  readonly runner: 'node' | 'itself'
  readonly args: readonly string[]
  /** Directories below the install directory that go in front of PATH. */
  readonly path?: readonly string[]
}

export interface GatewayUse {
  /** `any`: it speaks whichever its provider speaks. */
  readonly wire: Wire | 'any'
  readonly env: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, string | object>>
  /** The model that is asked for when nobody chose one; null where the agent has a choice of its own. */
  readonly model: string | null
}

/** What a session is set to before its first prompt; what the agent does not offer is left out. */
export interface SessionWishes {
  /** ACP mode by the job's permission policy. Many agents approve everything by default, so it is always set. */
  readonly modes: { readonly ask?: string; readonly sandbox?: string; readonly deny?: string }
  readonly config: Readonly<Record<string, string | boolean>>
  /** The agent's way to log in that needs no person, used when it wants one. */
  readonly authenticate?: string
  /** The agent cannot load its sessions reliably: they are rebuilt from Slipway's transcript. */
  readonly brokenLoad?: boolean
  /** It takes a file that its client says is not there for an error of another kind, so it uses its own hands. */
  readonly ownFiles?: boolean
  /** It tells the tokens of a part of its turns only: then only its cost is believed. */
  readonly partialUsage?: boolean
  /** Cancelling a turn leaves its command running: the process is ended with it. */
  readonly leavesCommands?: boolean
}

export type PromptBy = 'argument' | 'stdin' | 'file'

/** The longest times of a session, in milliseconds. */
export interface SessionLimits {
  /** From the start of its process to an open session. */
  readonly startMs: number
  /** From a prompt to the first update. */
  readonly firstUpdateMs: number
  /** Between two updates. */
  readonly silenceMs: number
  /** One turn. */
  readonly turnMs: number
}

export const plainSession: SessionWishes = { modes: {}, config: {} }

/** A profile of what needs nothing: what is special about a backend is said over it. */
export const plainProfile = {
  install: null,
  env: {},
  files: {},
  gateway: null,
  login: [],
  session: plainSession,
  limits: {},
} as const satisfies Partial<Profile>
