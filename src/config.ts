import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { documentLimits } from './contract/document-limits.ts'

/** The default number of workers when neither the environment nor the settings file defines it. */
const WORKERS = 4

/**
 * Every setting of the server, read once from the environment. Nothing else reads `process.env`. docs/settings.md is
 * generated from the descriptions.
 */
const Environment = z.object({
  SLIPWAY_DATA_DIR: z
    .string()
    .default(path.join(os.homedir(), '.slipway'))
    .describe('the directory of all data: database, repositories, token (`--data-dir`)'),
  SLIPWAY_HOST: z.string().default('127.0.0.1').describe('the address to listen on (`--host`)'),
  SLIPWAY_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(7420)
    .describe('the port to listen on; 0 takes a free one (`--port`)'),
  SLIPWAY_CONFIG: z
    .string()
    .optional()
    .describe(
      'the settings file; by default `slipway.yaml` in the data directory, if it exists (`--config`)',
    ),
  DATABASE_URL: z
    .string()
    .nullable()
    .default(null)
    .describe('PostgreSQL instead of the embedded database: [postgresql.md](postgresql.md)'),
  SLIPWAY_WORKERS: z.coerce
    .number()
    .int()
    .min(0)
    .max(64)
    .nullable()
    .default(null)
    .describe(
      `attempts, reviews and check runs at once, without those that wait for a person; the default is ${WORKERS}; with 0 the server answers but starts no work (\`--workers\`)`,
    ),
  SLIPWAY_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('`fatal error warn info debug trace silent`; the log is JSON on stderr'),
  SLIPWAY_AGENT_START_SECONDS: seconds(
    1,
    600,
    60,
    "from the start of an agent's process to an open session with it",
  ),
  SLIPWAY_FIRST_UPDATE_SECONDS: seconds(1, 86_000, 300, 'from a prompt to the first output of an agent'),
  SLIPWAY_SILENCE_SECONDS: seconds(1, 86_000, 900, 'the longest silence of an agent within a turn'),
  SLIPWAY_TURN_SECONDS: seconds(
    1,
    86_000,
    3600,
    'the longest turn of an agent; after that its process is ended and the attempt has failed',
  ),
  SLIPWAY_SESSION_MB: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(200)
    .describe('the maximum output of an agent in one session, in MB'),
  SLIPWAY_PERMISSION_SECONDS: seconds(
    1,
    604_800,
    14_400,
    'how long an agent waits for the answer of a person; then the request is refused, or the agent decides itself',
  ),
  SLIPWAY_CHECK_SECONDS: seconds(1, 86_000, 600, 'the longest check command'),
  SLIPWAY_TRIAL_SECONDS: seconds(
    1,
    600,
    30,
    'the longest trial of a backend (`POST /api/backends/{name}/trial`)',
  ),
  SLIPWAY_TEST_CASE_SECONDS: seconds(
    1,
    600,
    120,
    'the longest case of the conformance kit (`POST /api/backends/{name}/test`)',
  ),
  SLIPWAY_CANARY_SECONDS: seconds(
    1,
    600,
    60,
    'the longest canary (`POST /api/health/canary`), from its acceptance to the end of its job',
  ),
  SLIPWAY_RETENTION_SECONDS: seconds(
    1,
    86_400,
    60,
    'how often the server applies the retention of the settings',
  ),
  SLIPWAY_MODEL_SILENCE_SECONDS: seconds(
    1,
    3600,
    600,
    'the longest silence of a model provider, before its answer and within it',
  ),
  SLIPWAY_MODEL_PATIENCE_SECONDS: seconds(
    0,
    3600,
    20,
    'how long a call waits for a failing provider before its job waits instead',
  ),
  SLIPWAY_GATEWAY_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('the loopback port of the model gateway; 0 takes a free one'),
  SLIPWAY_ROLES_DIR: z
    .string()
    .optional()
    .describe('a directory with your own prompts of the roles, which replace the built-in ones'),
  SLIPWAY_BACKENDS_DIR: z
    .string()
    .optional()
    .describe('where `slipway backends install` installs agents; inside the data directory by default'),
  SLIPWAY_POOL: z.coerce
    .number()
    .int()
    .min(0)
    .max(32)
    .default(2)
    .describe(
      'repositories prepared ahead for jobs without a source, and work trees prepared ahead for each source',
    ),
  SLIPWAY_RETRY_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(1000)
    .describe('for tests of recovery only: the base of the pause between attempts, in milliseconds'),
  NODE_COMPILE_CACHE: z
    .string()
    .optional()
    .describe("where Node keeps compiled code, which Slipway's own agents read too"),
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin').describe('where git, npm and agents are searched'),
  HOME: z.string().default(os.homedir()).describe('where your agents keep their log-ins'),
})

function seconds(least: number, most: number, usual: number, description: string) {
  return z.coerce.number().int().min(least).max(most).default(usual).describe(`${description} (seconds)`)
}

/** Additional variables read by commands: the server to use, and its token. */
const forCommands = {
  SLIPWAY_URL: 'for commands: the server to use (`--url`)',
  SLIPWAY_TOKEN: 'for commands: the token of that server',
}

/** Returns every environment variable that Slipway reads, with its default if it has one, for docs/settings.md. */
export function describeEnvironment(): { name: string; usual: string | null; description: string }[] {
  const settings = Object.entries(Environment.shape).map(([name, schema]) => {
    const usual: unknown = schema.safeParse(undefined).data
    return { name, usual: isShown(name, usual) ? String(usual) : null, description: schema.description ?? '' }
  })
  return [
    ...settings,
    ...Object.entries(forCommands).map(([name, description]) => ({ name, usual: null, description })),
  ]
}

/** Whether a default is the same on every machine, and so is shown. */
function isShown(name: string, usual: unknown): boolean {
  return usual !== undefined && usual !== null && name !== 'HOME' && name !== 'SLIPWAY_DATA_DIR'
}

/** Fixed limits: each bounds something that would otherwise grow without end. */
export const limits = {
  workers: WORKERS,
  bodyBytes: 1_000_000,
  documents: documentLimits.count,
  documentBytes: documentLimits.bytes,
  /** The maximum unsent bytes of one event stream; its reader has to take some of them before more is read. */
  sseBufferBytes: 262_144,
  /** The maximum characters of one agent message or tool output kept in an event. */
  eventTextChars: 4_000,
  /** The maximum bytes of one check's log kept as evidence; the middle is cut. */
  checkLogBytes: 262_144,
  /** The maximum bytes on disk of the complete record of one attempt's session. */
  transcriptBytes: 20_000_000,
  /** The maximum number of job creations that share one transaction. */
  createBatch: 64,
  /** The minimum free space in bytes; below it no new work is claimed. */
  freeDiskBytes: 50_000_000,
  /** The maximum bytes of one request of an agent to a model. */
  modelRequestBytes: 50_000_000,
  /** The maximum bytes of model requests of all agents held at once, and the time in ms for which a request waits for room. */
  modelHeldBytes: 50_000_000,
  modelRoomMs: 120_000,
  /** The time in ms for which the rest of a model's response is read for its usage after its agent has disconnected. */
  modelRestMs: 1000,
  diffBytes: 5_000_000,
  fileBytes: 5_000_000,
  archiveBytes: 500_000_000,
  /**
   * The maximum number of concurrent clones over HTTP, the maximum duration of one in ms, and the maximum bytes of a
   * client's request.
   */
  clones: 8,
  cloneMs: 600_000,
  gitRequestBytes: 50_000_000,
  treeEntries: 20_000,
  /** The maximum bytes of one file of the built UI. */
  uiFileBytes: 20_000_000,
  /** The time in ms after which an unused browser session expires. */
  sessionMs: 30 * 24 * 3600 * 1000,
  /** The maximum age in ms of a session's last-seen time; each refresh is a write. */
  sessionSeenMs: 300_000,
  /** The maximum number of logged-in browsers; one more logs out the one that was seen longest ago. */
  sessions: 50,
  userAgentChars: 300,
  /** The maximum number of wrong log-ins within the window (ms); further wrong ones are rejected until it has passed. */
  logInAttempts: 10,
  logInWindowMs: 60_000,
  /** The lifetime of a log-in code in ms, and the maximum number of codes. */
  codeMs: 600_000,
  codes: 20,
} as const

/** The location of the settings file; one that was named explicitly must exist. */
export interface SettingsPlace {
  readonly path: string
  readonly named: boolean
}

export interface Config {
  readonly dataDir: string
  readonly host: string
  readonly port: number
  readonly databaseUrl: string | null
  /** Null when it is not set. */
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
  readonly retentionMs: number
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

/** Reads the environment; throws a sentence that names the first invalid setting. */
export function loadConfig(
  overrides: { dataDir?: string; host?: string; port?: number; workers?: number; config?: string } = {},
): Config {
  // An empty variable counts as not set.
  const set = Object.entries(process.env).filter(([, value]) => value !== '')
  const parsed = Environment.safeParse(Object.fromEntries(set))
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
    retentionMs: env.SLIPWAY_RETENTION_SECONDS * 1000,
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

/** Returns npm's environment for installing a backend: the location of its settings, and the network configuration. */
function npmEnvironment(home: string): Record<string, string> {
  const wanted = /^(npm_config_\w+|https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_file)$/i
  const mine = Object.entries(process.env).filter(
    (entry): entry is [string, string] => wanted.test(entry[0]) && entry[1] !== undefined,
  )
  return { ...Object.fromEntries(mine), HOME: home }
}

/** Returns the settings that the command line needs before any server runs. */
export function cliDefaults(): {
  dataDir: string
  url: string | null
  token: string | null
  hasDisplay: boolean
  editor: string
} {
  return {
    dataDir: path.resolve(process.env['SLIPWAY_DATA_DIR'] || path.join(os.homedir(), '.slipway')),
    url: process.env['SLIPWAY_URL'] || null,
    token: process.env['SLIPWAY_TOKEN'] || null,
    hasDisplay: Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']),
    editor: process.env['VISUAL'] || process.env['EDITOR'] || 'vi',
  }
}
