import fs from 'node:fs'
import path from 'node:path'
import { openCatalogue } from '../../src/agents/catalogue.ts'
import { openBoard } from '../../src/board/board.ts'
import { limits } from '../../src/config.ts'
import { openRunningWork, type Engine, type EngineLimits } from '../../src/engine/engine.ts'
import { modelRouteNow } from '../../src/engine/models/model-route.ts'
import { openModels } from '../../src/engine/models/models.ts'
import { openOwnProgram } from '../../src/engine/own-program.ts'
import { openAnswers } from '../../src/engine/permission-answers.ts'
import { settingsInForce } from '../../src/engine/server/settings.ts'
import { isDefinedIn, readSettingsFile } from '../../src/engine/settings-file.ts'
import { newId } from '../../src/lib/ids.ts'
import { openLog } from '../../src/lib/log.ts'
import { shareFor } from '../../src/lib/share-for.ts'
import { openRoles } from '../../src/roles/render-prompt.ts'
import { openLauncher } from '../../src/sandbox/launcher.ts'
import { readConformance } from '../../src/store/server/conformance.ts'
import { openPool } from '../../src/workspace/pool.ts'
import { openReadyTrees } from '../../src/workspace/ready-trees.ts'
import { makeDir } from './made-dirs.ts'
import { openTestStore } from './test-store.ts'

/** The parts of a server behind its HTTP API, all of them real, with no worker and no timer that would move a job. */
export interface TestEngine {
  readonly engine: Engine
  readonly close: () => Promise<void>
}

export interface TestEngineOptions {
  readonly limits?: Partial<EngineLimits>
  /** The text of the settings file. */
  readonly settings?: string
  /** Where programs of agents are searched; by default nowhere, so that tests find the same on every machine. */
  readonly searchPath?: string
  readonly installEnv?: Engine['installEnv']
}

const packageRoot = path.join(import.meta.dirname, '..', '..')
const SESSION_MS = 20_000

const limitsOfTests: EngineLimits = {
  ...limits,
  slots: 2,
  session: { startMs: SESSION_MS, firstUpdateMs: SESSION_MS, silenceMs: SESSION_MS, turnMs: SESSION_MS },
  sessionBytes: 10_000_000,
  trialMs: SESSION_MS,
  canaryMs: SESSION_MS,
  kitCaseMs: SESSION_MS,
  checkMs: SESSION_MS,
  permissionMs: 3_600_000,
  retryMs: 0,
  path: `${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
}

/** Opens an engine on its own data directory. The caller closes it. */
export async function openTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const dataDir = fs.realpathSync(makeDir('slipway-engine-'))
  const runDir = path.join(dataDir, 'run')
  const ownHome = path.join(dataDir, 'own-home')
  for (const dir of [runDir, ownHome]) fs.mkdirSync(dir)
  const file = path.join(dataDir, 'slipway.yaml')
  if (options.settings !== undefined) fs.writeFileSync(file, options.settings)
  const settingsFile = readSettingsFile({ path: file, named: false })
  const log = openLog('silent')
  const [db, launcher] = await Promise.all([
    openTestStore(dataDir),
    openLauncher({ runDir, masked: [dataDir] }),
  ])
  const answers = await openAnswers(db)
  const pool = openPool({ dataDir, size: 0 })
  const trees = openReadyTrees({ dataDir, size: 0 })
  const board = openBoard(log)
  const models = await openModels({
    db,
    log,
    dataDir,
    port: 0,
    limits: { ...limits, modelSilenceMs: SESSION_MS, modelPatienceMs: 0, modelBackoffMs: 0 },
    fallback: board.serve,
  })
  const { vault } = models
  const settings = shareFor(500, () => settingsInForce({ db, log, vault, settingsFile }))
  const engine: Engine = {
    db,
    log,
    launcher,
    pool,
    trees,
    board,
    models,
    answers,
    dataDir,
    ownHome,
    settingsFile,
    catalogue: openCatalogue({
      version: '1.0.0',
      packageRoot,
      nodePath: process.execPath,
      compileCache: process.env['NODE_COMPILE_CACHE'] ?? null,
      searchPath: options.searchPath ?? '',
      backendsDir: path.join(dataDir, 'backends'),
      routeOf: async (profile) => modelRouteNow(profile, await models.providers(), ownHome),
      conformance: () => readConformance(db.reader),
      fileOf: (name) => (isDefinedIn(settingsFile, name) ? settingsFile.path : null),
    }),
    roles: openRoles(),
    installEnv: options.installEnv ?? {},
    workerId: newId(),
    running: openRunningWork(),
    program: openOwnProgram(packageRoot, readVersion()),
    settings: settings.get,
    settingsChanged: settings.forget,
    limits: { ...limitsOfTests, ...options.limits },
  }
  return {
    engine,
    async close() {
      for (const part of [models, pool, trees, answers, launcher, db]) await part.close()
    },
  }
}

function readVersion(): string {
  const manifest = JSON.parse(fs.readFileSync(path.join(packageRoot, 'package.json'), 'utf8'))
  return String(manifest.version)
}
