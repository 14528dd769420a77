import path from 'node:path'
import { defineConfig } from 'vitest/config'

/**
 * Seven questions, one project each: do the parts keep their promises (unit), do the programs that the offline demo
 * builds work (demo), does the product (journeys), does it on PostgreSQL too (journeys-postgres), in a real browser
 * (browser), with real coding agents (agents), and while things are killed around it (chaos)? What takes long is asked by itself (soak).
 * docs/testing.md says what each proves.
 * Files share nothing but the machine: two at a time, for the smallest has two processors. Journeys mostly wait for what they
 * have started, so they are three.
 */
const WORKERS = 2
const WAITING_WORKERS = 3
const MINUTE = 60_000
/** Where compiled code is kept, as `./slipway` says it to every server and every command. */
const compileCache = process.env['NODE_COMPILE_CACHE'] ?? path.join(import.meta.dirname, '.cache', 'compile')
/** What the offline demo builds is built and run for real, which takes longer than a unit test may. */
const demoTests = ['src/own-agents/offline/agent.test.ts', 'src/own-agents/offline/blueprints.test.ts']

/** What these show is not the database's doing, and they touch it as all the others do: once is enough. */
const onceIsEnough = [
  'acp-session',
  'agents-board',
  'backup',
  'backend-trial',
  'bad-input',
  'built-in-team',
  'canary',
  'canary-key',
  'command-backends',
  'conformance',
  'door',
  'full-disk',
  'git-http',
  'install-backend',
  'kept-work',
  'link',
  'misbehaving-backends',
  'mutation-probe',
  'people',
  'people-cli',
  'permissions',
  'plan-gate',
  'preview',
  'proof',
  'provider-failures',
  'second-tries',
  'settings-file',
  'shared-server',
  'sources',
  'task-actions',
  'upgrade',
].map((name) => `test/journeys/${name}.test.ts`)

/** Tests beside the store that are about files: those of the embedded database, and locks. */
const onSqliteAlone = ['database', 'lock', 'migrate'].map((name) => `src/store/database/${name}.test.ts`)

const journeys = {
  include: ['test/journeys/**/*.test.ts'],
  maxWorkers: WAITING_WORKERS,
  // What a journey waits for has limits of its own, which say what was missing.
  testTimeout: 10 * MINUTE,
  hookTimeout: 4 * MINUTE,
  sequence: { groupOrder: 1 },
}

/** What the unit tests must reach of the branches, in percent; `make check` looks, and prints what they reach. */
const reached = { 'src/domain/**': { branches: 100 }, 'src/engine/**': { branches: 91 } }

export default defineConfig({
  test: {
    maxWorkers: WORKERS,
    coverage: {
      enabled: process.env['SLIPWAY_TEST_COVERAGE'] === '1',
      provider: 'v8',
      include: Object.keys(reached),
      reporter: ['json-summary', 'json'],
      reportsDirectory: '.cache/coverage',
      thresholds: reached,
    },
    pool: 'forks',
    env: { NODE_COMPILE_CACHE: compileCache },
    setupFiles: ['test/helpers/remove-made.ts'],
    // What should happen at once may take a while on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'web/**/*.test.ts',
            'test/helpers/**/*.test.ts',
            'bench/**/*.test.ts',
            'test/lint.test.ts',
            'test/rooms.test.ts',
          ],
          exclude: demoTests,
          // Files of one worker share what they import: to load it anew for each took half of the time. What a test changes
          // in the process it puts back.
          isolate: false,
          testTimeout: 2 * MINUTE,
          hookTimeout: 2 * MINUTE,
        },
      },
      {
        extends: true,
        test: { name: 'demo', include: demoTests, testTimeout: MINUTE, hookTimeout: 4 * MINUTE },
      },
      { extends: true, test: { ...journeys, name: 'journeys' } },
      {
        extends: true,
        test: {
          ...journeys,
          name: 'journeys-postgres',
          exclude: onceIsEnough,
          env: { SLIPWAY_TEST_ENGINE: 'postgres' },
          globalSetup: ['test/helpers/postgres.ts'],
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/helpers/built-web.ts'],
          testTimeout: 4 * MINUTE,
          hookTimeout: 4 * MINUTE,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'agents',
          include: ['test/agents/**/*.test.ts'],
          // The longest is one job of ten sessions, on a machine that is busy with others.
          testTimeout: 20 * MINUTE,
          // Within a file several agents at a time, because they mostly wait.
          maxConcurrency: 4,
          hookTimeout: 4 * MINUTE,
          sequence: { groupOrder: 5 },
        },
      },
      {
        extends: true,
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          testTimeout: 10 * MINUTE,
          hookTimeout: 4 * MINUTE,
          sequence: { groupOrder: 4 },
        },
      },
      {
        // Every journey, what is killed around them, and the store's own tests; `journeys-postgres` is the part that is about
        // the engine.
        extends: true,
        test: {
          ...journeys,
          name: 'postgres',
          include: [...journeys.include, 'test/chaos/crash.test.ts', 'src/store/**/*.test.ts'],
          exclude: ['test/journeys/backup.test.ts', ...onSqliteAlone],
          env: { SLIPWAY_TEST_ENGINE: 'postgres' },
          globalSetup: ['test/helpers/postgres.ts'],
          testTimeout: 10 * MINUTE,
          sequence: { groupOrder: 7 },
        },
      },
      {
        extends: true,
        test: {
          name: 'soak',
          include: [
            'test/soak/**/*.test.ts',
            'test/chaos/outages.test.ts',
            'test/chaos/crash.test.ts',
            'test/chaos/power-loss.test.ts',
            'test/journeys/backup.test.ts',
          ],
          env: { SLIPWAY_SOAK: 'long' },
          // One after the other: what is measured, or has to turn red in time, must not be the company.
          maxWorkers: 1,
          testTimeout: 30 * MINUTE,
          hookTimeout: 4 * MINUTE,
          sequence: { groupOrder: 6 },
        },
      },
      {
        extends: true,
        test: {
          name: 'soak-postgres',
          include: ['test/chaos/crash.test.ts'],
          env: { SLIPWAY_SOAK: 'long', SLIPWAY_TEST_ENGINE: 'postgres' },
          globalSetup: ['test/helpers/postgres.ts'],
          testTimeout: 30 * MINUTE,
          hookTimeout: 4 * MINUTE,
          sequence: { groupOrder: 8 },
        },
      },
    ],
  },
})
