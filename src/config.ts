import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { documentLimits } from './contract/document-limits.ts'

/**
 * Every setting of the server, read once from the environment. Nothing else reads `process.env`. Each entry says
 * what it bounds and who reads it.
 */
const Environment = z.object({
  /** Where everything lives: database, repositories, token. */
  SLIPWAY_DATA_DIR: z.string().default(path.join(os.homedir(), '.slipway')),
  SLIPWAY_HOST: z.string().default('127.0.0.1'),
  SLIPWAY_PORT: z.coerce.number().int().min(0).max(65_535).default(7420),
  /** PostgreSQL instead of the embedded database. */
  DATABASE_URL: z.string().nullable().default(null),
  /** A file of settings (docs/settings.md); `slipway.yaml` in the data directory unless told, where there is one. */
  SLIPWAY_CONFIG: z.string().optional(),
  /** How many attempts, reviews and check runs this process works on at once; 0 stops the worker loop. 4 unless told. */
  SLIPWAY_WORKERS: z.coerce.number().int().min(0).max(64).nullable().default(null),
  SLIPWAY_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** One turn of an agent, in seconds; then its process is ended and the attempt has failed. */
  SLIPWAY_TURN_SECONDS: z.coerce.number().int().min(1).max(86_000).default(3600),
  /** From spawn to an open session with an agent, in seconds. */
  SLIPWAY_AGENT_START_SECONDS: z.coerce.number().int().min(1).max(600).default(60),
  /** From a prompt to the first thing an agent says, in seconds. */
  SLIPWAY_FIRST_UPDATE_SECONDS: z.coerce.number().int().min(1).max(86_000).default(300),
  /** Between two things that an agent says within a turn, in seconds. */
  SLIPWAY_SILENCE_SECONDS: z.coerce.number().int().min(1).max(86_000).default(900),
  /** How much an agent may say in one session, in MB; then it counts as flooding. */
  SLIPWAY_SESSION_MB: z.coerce.number().int().min(1).max(10_000).default(200),
  /** How long an agent that asks a person waits for the answer, in seconds; then it is refused, or decides itself. */
  SLIPWAY_PERMISSION_SECONDS: z.coerce.number().int().min(1).max(604_800).default(14_400),
  /** One trial of a backend (`POST /api/backends/{name}/trial`), in seconds. */
  SLIPWAY_TRIAL_SECONDS: z.coerce.number().int().min(1).max(600).default(30),
  /** One canary (`POST /api/health/canary`), from its acceptance to the end of its job, in seconds. */
  SLIPWAY_CANARY_SECONDS: z.coerce.number().int().min(1).max(600).default(60),
  /** One case of the conformance kit (`POST /api/backends/{name}/test`), in seconds. */
  SLIPWAY_TEST_CASE_SECONDS: z.coerce.number().int().min(1).max(600).default(120),
  /** One check command, in seconds. */
  SLIPWAY_CHECK_SECONDS: z.coerce.number().int().min(1).max(86_000).default(600),
  /** Where role prompts are looked up before the built-in ones. */
  SLIPWAY_ROLES_DIR: z.string().optional(),
  /** Where `slipway backends install` puts agents; inside the data directory unless told. */
  SLIPWAY_BACKENDS_DIR: z.string().optional(),
  /** Prepared workspaces kept ready for jobs that start from nothing. */
  SLIPWAY_POOL: z.coerce.number().int().min(0).max(32).default(2),
  /** For tests of recovery only: the base of the retry backoff, in milliseconds. */
  SLIPWAY_RETRY_MS: z.coerce.number().int().min(0).default(1000),
  /** Loopback port of the model gateway; 0 takes a free one. */
  SLIPWAY_GATEWAY_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** The longest silence of a model provider, before its answer and within it, in seconds. */
  SLIPWAY_MODEL_SILENCE_SECONDS: z.coerce.number().int().min(1).max(3600).default(600),
  /** How long a call is kept waiting for a provider that fails before its job waits instead, in seconds. */
  SLIPWAY_MODEL_PATIENCE_SECONDS: z.coerce.number().int().min(0).max(3600).default(20),
  /** Where Node keeps compiled code, which Slipway's own agents read too. */
  NODE_COMPILE_CACHE: z.string().min(1).optional(),
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
  HOME: z.string().default(os.homedir()),
})

/** Fixed limits: each bounds something that would otherwise grow without end. */
export const limits = {
  /** Workers where neither the environment nor the file of settings says how many. */
  workers: 4,
  bodyBytes: 1_000_000,
  documents: documentLimits.count,
  documentBytes: documentLimits.bytes,
  /** Unsent bytes of one event stream; its reader has to take some of them before more is read. */
  sseBufferBytes: 262_144,
  /** Text of one agent message or tool output kept in an event. */
  eventTextChars: 4_000,
  /** Log of one check kept as evidence; the middle is cut. */
  checkLogBytes: 262_144,
  /** The complete record of one attempt's session on disk. */
  transcriptBytes: 20_000_000,
  /** Creates that share one transaction. */
  createBatch: 64,
  /** The smallest free space, in bytes, below which no new work is claimed. */
  freeDiskBytes: 50_000_000,
  /** One request of an agent to a model. */
  modelRequestBytes: 50_000_000,
  /** Requests of all agents to models that are held at once, and how long one waits for room among them. */
  modelHeldBytes: 50_000_000,
  modelRoomMs: 120_000,
  /** How long the rest of a model's answer is read, for what it used, when its agent has gone. */
  modelRestMs: 1000,
  diffBytes: 5_000_000,
  fileBytes: 5_000_000,
  archiveBytes: 500_000_000,
  /** Clones over HTTP at a time, how long one may take, and how much a client may say of what it has. */
  clones: 8,
  cloneMs: 600_000,
  gitRequestBytes: 50_000_000,
  treeEntries: 20_000,
  /** One file of the built UI. */
  uiFileBytes: 20_000_000,
  /** A browser's session ends when it has not been used for this long. */
  sessionMs: 30 * 24 * 3600 * 1000,
  /** How stale the time may be at which a session was last seen; each refresh is a write. */
  sessionSeenMs: 300_000,
  /** Browsers logged in at once; one more logs the one out that was seen longest ago. */
  sessions: 50,
  userAgentChars: 300,
  /** Wrong log-ins within the window before further wrong ones are put off until it has passed. */
  logInAttempts: 10,
  logInWindowMs: 60_000,
  /** How long a log-in code of a link is good, and how many there may be. */
  codeMs: 600_000,
  codes: 20,
} as const

/** Where the file of settings is; one that somebody has named must be there. */
export interface SettingsPlace {
  readonly path: string
  readonly named: boolean
}

export interface Config {
  readonly dataDir: string
  readonly host: string
  readonly port: number
  readonly databaseUrl: string | null
  /** Null where nobody said how many. */
  readonly workers: number | null
  readonly settingsFile: SettingsPlace
  readonly logLevel: string
  readonly session: {
    readonly startMs: number
    readonly firstUpdateMs: number
    readonly silenceMs: number
    readonly turnMs: number
  }
  readonly sessionBytes: number
  readonly permissionMs: number
  readonly trialMs: number
  readonly kitCaseMs: number
  readonly canaryMs: number
  readonly checkMs: number
  readonly rolesDir: string | null
  readonly backendsDir: string | null
  readonly pool: number
  readonly retryMs: number
  readonly gatewayPort: number
  readonly models: { readonly modelSilenceMs: number; readonly modelPatienceMs: number }
  readonly compileCache: string | null
  readonly path: string
  readonly home: string
  readonly installEnv: Readonly<Record<string, string>>
}

/** Reads the environment; a setting that makes no sense ends with a sentence that names it. */
export function loadConfig(
  overrides: { dataDir?: string; host?: string; port?: number; workers?: number; config?: string } = {},
): Config {
  const parsed = Environment.safeParse(process.env)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new Error(`the setting ${issue?.path.join('.') ?? '?'} is wrong: ${issue?.message ?? 'invalid'}`)
  }
  const env = parsed.data
  const dataDir = path.resolve(overrides.dataDir ?? env.SLIPWAY_DATA_DIR)
  return {
    dataDir,
    settingsFile: settingsPlace(dataDir, overrides.config ?? env.SLIPWAY_CONFIG),
    host: overrides.host ?? env.SLIPWAY_HOST,
    port: overrides.port ?? env.SLIPWAY_PORT,
    databaseUrl: env.DATABASE_URL,
    workers: overrides.workers ?? env.SLIPWAY_WORKERS,
    logLevel: env.SLIPWAY_LOG_LEVEL,
    session: {
      startMs: env.SLIPWAY_AGENT_START_SECONDS * 1000,
      firstUpdateMs: env.SLIPWAY_FIRST_UPDATE_SECONDS * 1000,
      silenceMs: env.SLIPWAY_SILENCE_SECONDS * 1000,
      turnMs: env.SLIPWAY_TURN_SECONDS * 1000,
    },
    sessionBytes: env.SLIPWAY_SESSION_MB * 1_000_000,
    permissionMs: env.SLIPWAY_PERMISSION_SECONDS * 1000,
    kitCaseMs: env.SLIPWAY_TEST_CASE_SECONDS * 1000,
    trialMs: env.SLIPWAY_TRIAL_SECONDS * 1000,
    canaryMs: env.SLIPWAY_CANARY_SECONDS * 1000,
    checkMs: env.SLIPWAY_CHECK_SECONDS * 1000,
    rolesDir: env.SLIPWAY_ROLES_DIR ?? null,
    backendsDir: env.SLIPWAY_BACKENDS_DIR === undefined ? null : path.resolve(env.SLIPWAY_BACKENDS_DIR),
    pool: env.SLIPWAY_POOL,
    retryMs: env.SLIPWAY_RETRY_MS,
    gatewayPort: env.SLIPWAY_GATEWAY_PORT,
    models: {
      modelSilenceMs: env.SLIPWAY_MODEL_SILENCE_SECONDS * 1000,
      modelPatienceMs: env.SLIPWAY_MODEL_PATIENCE_SECONDS * 1000,
    },
    compileCache: env.NODE_COMPILE_CACHE === undefined ? null : path.resolve(env.NODE_COMPILE_CACHE),
    path: env.PATH,
    home: env.HOME,
    installEnv: npmEnvironment(env.HOME),
  }
}

function settingsPlace(dataDir: string, named: string | undefined): SettingsPlace {
  return { path: path.resolve(named ?? path.join(dataDir, 'slipway.yaml')), named: named !== undefined }
}

/** What npm may see when it installs a backend: where its settings are, and the way to the network. */
function npmEnvironment(home: string): Record<string, string> {
  const wanted = /^(npm_config_\w+|https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_file)$/i
  const mine = Object.entries(process.env).filter(
    (entry): entry is [string, string] => wanted.test(entry[0]) && entry[1] !== undefined,
  )
  return { ...Object.fromEntries(mine), HOME: home }
}

/** What the command line needs before any server runs. */
export function cliDefaults(): {
  dataDir: string
  url: string | null
  token: string | null
  hasDisplay: boolean
  editor: string
} {
  return {
    dataDir: path.resolve(process.env['SLIPWAY_DATA_DIR'] ?? path.join(os.homedir(), '.slipway')),
    url: process.env['SLIPWAY_URL'] ?? null,
    token: process.env['SLIPWAY_TOKEN'] ?? null,
    hasDisplay: Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']),
    editor: process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi',
  }
}
