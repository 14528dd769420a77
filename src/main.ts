import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { Health } from './contract/server.ts'
import { openBoard } from './board/board.ts'
import { openCatalogue, type Catalogue } from './agents/catalogue.ts'
import { limits, loadConfig, type Config } from './config.ts'
import { openBackups, type Backups } from './engine/server/backup.ts'
import { openBrowserSessions } from './engine/server/browser-sessions.ts'
import { resumeDeletions } from './engine/people/delete-job.ts'
import { openCanary } from './engine/server/canary.ts'
import { openRetentionLoop, type RetentionLoop } from './engine/server/retention.ts'
import { openReadiness } from './engine/server/health.ts'
import { openCreateJob } from './engine/job/create-job.ts'
import { openViewJob } from './engine/job/view-job.ts'
import { openRunningWork, type Engine, type EngineLimits } from './engine/engine.ts'
import { openStreams } from './engine/job/follow-events.ts'
import { openModels, type Models } from './engine/models/models.ts'
import { modelRouteNow } from './engine/models/model-route.ts'
import { readSettingsFile, isDefinedIn, type ReadSettingsFile } from './engine/settings-file.ts'
import { refuseUnknownDefault, sealStoredEnv, settingsInForce } from './engine/server/settings.ts'
import { openOwnProgram } from './engine/own-program.ts'
import { openAnswers } from './engine/permission-answers.ts'
import { recover } from './engine/work/recover.ts'
import { startWorker, type Worker } from './engine/work/worker.ts'
import { createApp } from './http/app.ts'
import { openLogIn } from './http/access/log-in.ts'
import { listen } from './http/serve.ts'
import { clock } from './lib/clock.ts'
import { createOnce } from './lib/create-once.ts'
import { newId } from './lib/ids.ts'
import { openLog, type Log } from './lib/log.ts'
import { shareFor } from './lib/share-for.ts'
import { waitFor } from './lib/waiting.ts'
import { openRoles } from './roles/render-prompt.ts'
import { openLauncher, type Launcher } from './sandbox/launcher.ts'
import { readConformance } from './store/server/conformance.ts'
import type { Database } from './store/database/database.ts'
import { lockDirectory } from './store/database/lock.ts'
import { makeDataDirectory, openDatabase } from './store/database/open-database.ts'
import { endGit } from './workspace/git/git-process.ts'
import { openPool } from './workspace/pool.ts'
import { openReadyTrees } from './workspace/ready-trees.ts'
import { requireGit } from './workspace/git/require-git.ts'

/** Wires the server together; imported only by the command that starts a server. */
export interface RunningServer {
  readonly url: string
  readonly token: string
  readonly worker: Worker
  /** Returns a link that logs one browser in, once, within `limits.codeMs`. */
  logInLink(): string
  stop(): Promise<void>
}

/** The time in ms after which settings changed by another process are noticed. */
const SETTINGS_MS = 500
/** The maximum time in ms for closing one part: longer than stopped work may take to report. */
const CLOSE_MS = 18_000
const packageRoot = path.join(import.meta.dirname, '..')

/** Starts a server on a data directory and resolves when it accepts requests. Throws `AppError` with advice. */
export async function startServer(overrides: {
  dataDir?: string
  host?: string
  port?: number
  workers?: number
  config?: string
  /** Whether it ends with a command that started it for itself. */
  ofCommand?: boolean
}): Promise<RunningServer> {
  const config = withRealPaths(loadConfig(overrides))
  const settingsFile = readSettingsFile(config.settingsFile)
  const log = openLog(config.logLevel)
  const bornAt = clock.now()
  const version = readVersion()
  const live = (): Health => ({ status: 'ok', version, checks: {} })
  const server = await listen({ host: config.host, port: config.port, log, live })
  const runDir = path.join(config.dataDir, 'run')
  const closers: (() => Promise<void>)[] = [server.close]
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await closeInTime(close, log)
  }
  try {
    // Before anything in the data directory is read or changed, because it may belong to a running server.
    closers.push((await lockDirectory(config.dataDir)).release, endGit)
    await requireGit()
    fs.mkdirSync(runDir, { recursive: true, mode: 0o700 })
    const [db, launcher] = await openBoth(config, runDir, log, closers)
    const answers = await openAnswers(db)
    closers.push(answers.close)
    const prepared = openPrepared(config, closers)
    const board = openBoard(log)
    const models = await openModels({
      db,
      log,
      dataDir: config.dataDir,
      port: config.gatewayPort,
      limits: { ...limits, ...config.models, modelBackoffMs: config.retryMs },
      fallback: board.serve,
    })
    closers.push(models.close)
    const { vault } = models
    await sealStoredEnv(db, vault)
    const settings = shareFor(SETTINGS_MS, () => settingsInForce({ db, log, vault, settingsFile }))
    const engine: Engine = {
      db,
      log,
      launcher,
      ...prepared,
      catalogue: catalogueOf(config, db, models, version, settingsFile),
      models,
      board,
      roles: openRoles(config.rolesDir ?? undefined),
      dataDir: config.dataDir,
      ownHome: config.home,
      installEnv: config.installEnv,
      workerId: newId(),
      running: openRunningWork(),
      program: openOwnProgram(packageRoot, version),
      answers,
      settingsFile,
      settings: settings.get,
      settingsChanged: settings.forget,
      limits: limitsOf(config, settingsFile),
    }
    await refuseUnknownDefault(engine)
    await resumeDeletions(engine)
    const found = await recover(engine)
    if (found.resumed > 0 || found.swept > 0) log.info(found, 'taken up again')
    const streams = await openStreams(db)
    closers.push(streams.close)
    const worker = await startWorker(engine)
    closers.push(worker.stop)
    const createJob = openCreateJob(engine)
    const canary = openCanary({ engine, streams, createJob })
    closers.push(canary.close)
    const storage = openStorage(engine, version, config, closers)
    const token = readToken(config.dataDir)
    const logIn = openLogIn(token, limits)
    const hosts: string[] = []
    const app = createApp({
      engine,
      createJob,
      viewJob: openViewJob(engine),
      streams,
      canary,
      ...storage,
      sessions: openBrowserSessions(db, token, limits),
      logIn,
      ready: openReadiness({ engine, worker, canary, version, bornAt }),
      version,
      bornAt,
      token,
      hosts,
      uiDir: path.join(packageRoot, 'web', 'dist'),
      limits,
    })
    closers.push(server.close)
    const shown = config.host.includes(':') ? `[${config.host}]` : config.host
    hosts.push(...[shown, 'localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${server.port}`))
    const url = `http://${shown}:${server.port}`
    server.open(app)
    closers.push(announce(config.dataDir, url, bornAt, overrides.ofCommand ?? false))
    return { url, token, worker, logInLink: () => `${url}/?code=${logIn.newCode()}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Opens the services that maintain the data directory. */
function openStorage(
  engine: Engine,
  version: string,
  { retentionMs }: Config,
  closers: (() => Promise<void>)[],
): { backups: Backups; retentionLoop: RetentionLoop } {
  const backups = openBackups(engine, version)
  const retentionLoop = openRetentionLoop(engine, backups, retentionMs)
  closers.push(backups.close, retentionLoop.close)
  return { backups, retentionLoop }
}

/** Opens the database and the launcher in parallel. If one fails, the other is still added to `closers`. */
async function openBoth(
  { dataDir, databaseUrl }: Config,
  runDir: string,
  log: Log,
  closers: (() => Promise<void>)[],
): Promise<[Database, Launcher]> {
  const opening = await Promise.allSettled([
    openDatabase({ dataDir, url: databaseUrl, log }),
    openLauncher({
      runDir,
      masked: [dataDir],
      log: (message, fields) => log.info(fields ?? {}, message),
    }),
  ])
  for (const opened of opening) if (opened.status === 'fulfilled') closers.push(opened.value.close)
  return [valueOf(opening[0]), valueOf(opening[1])]
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

/** Opens what is made ahead for jobs. */
function openPrepared(
  { dataDir, pool: size }: Config,
  closers: (() => Promise<void>)[],
): Pick<Engine, 'pool' | 'trees'> {
  const prepared = { pool: openPool({ dataDir, size }), trees: openReadyTrees({ dataDir, size }) }
  closers.push(prepared.pool.close, prepared.trees.close)
  return prepared
}

/** Closes one part. A part that fails or does not finish in time does not prevent the others from being closed. */
async function closeInTime(close: () => Promise<void>, log: Log): Promise<void> {
  try {
    await waitFor(close(), { ms: CLOSE_MS }, () => {
      throw new Error(`it did not end within ${CLOSE_MS / 1000} s`)
    })
  } catch (error) {
    log.error({ err: error }, 'a part of the server could not be closed')
  }
}

/** Writes the address of this server to the data directory; the returned function removes it. */
function announce(dataDir: string, url: string, bornAt: number, ofCommand: boolean): () => Promise<void> {
  const file = path.join(dataDir, 'server.json')
  const record = { pid: process.pid, url, started_at: new Date(bornAt).toISOString(), of_command: ofCommand }
  fs.writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 })
  fs.renameSync(`${file}.new`, file)
  return () => fs.promises.rm(file, { force: true })
}

function catalogueOf(
  config: Config,
  db: Database,
  models: Models,
  version: string,
  settingsFile: ReadSettingsFile,
): Catalogue {
  return openCatalogue({
    version,
    packageRoot,
    nodePath: process.execPath,
    compileCache: config.compileCache,
    searchPath: sandboxPath(config),
    backendsDir: config.backendsDir ?? path.join(config.dataDir, 'backends'),
    async routeOf(profile) {
      return modelRouteNow(profile, await models.providers(), config.home)
    },
    conformance: () => readConformance(db.reader),
    fileOf: (name) => (isDefinedIn(settingsFile, name) ? settingsFile.path : null),
  })
}

/** Returns the limits of the engine, from the settings and the fixed limits. */
function limitsOf(config: Config, { values }: ReadSettingsFile): EngineLimits {
  return {
    ...limits,
    slots: config.workers ?? values.workers ?? limits.workers,
    session: config.session,
    sessionBytes: config.sessionBytes,
    trialMs: config.trialMs,
    kitCaseMs: config.kitCaseMs,
    canaryMs: config.canaryMs,
    checkMs: config.checkMs,
    permissionMs: config.permissionMs,
    retryMs: config.retryMs,
    path: sandboxPath(config),
  }
}

/** Returns PATH for the sandbox: this Node first, then the machine's, without the tools of this package. */
function sandboxPath(config: Config): string {
  const own = path.dirname(process.execPath)
  const machine = config.path
    .split(':')
    .filter((dir) => path.isAbsolute(dir) && !dir.includes('node_modules') && !contains(dir, config.home))
  return [...new Set([own, ...machine])].join(':')
}

/** Whether `dir` is `place` or contains it: directories in PATH are readable inside the walls, and a whole HOME must not be. */
function contains(dir: string, target: string): boolean {
  const relative = path.relative(dir, target)
  return relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative)
}

/** Creates the data directory, and replaces its path by the real path, because no link leads there inside the walls. */
function withRealPaths(config: Config): Config {
  makeDataDirectory(config.dataDir)
  return { ...config, dataDir: fs.realpathSync(config.dataDir) }
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(fs.readFileSync(path.join(packageRoot, 'package.json'), 'utf8'))
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version)
  throw new Error('package.json has no version')
}

/** Returns the token of this data directory, 256 bits, created at the first start and readable by its owner only. */
function readToken(dataDir: string): string {
  const file = path.join(dataDir, 'token')
  const token = createOnce(file, () => `${randomBytes(32).toString('hex')}\n`).trim()
  if (!/^[0-9a-f]{64}$/.test(token))
    throw new Error(`The token in ${file} is damaged: remove the file; the next start makes a new one.`)
  return token
}
