/**
 * The architecture as data. `.dependency-cruiser.mjs` turns it into rules, and `test/rooms.test.ts` enforces them. A room
 * is a folder of `src/`; to add one, add a row here and a line in docs/architecture.md.
 */

/**
 * Which room may import which. Dependencies point inward: contract, domain and lib import no room with side effects, rooms
 * on the same level do not import each other, and only `src/main.ts` may import every room. A room that may import `domain`
 * may also import `contract`.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  domain: ['contract'],
  lib: [],
  store: ['contract', 'domain', 'lib'],
  workspace: ['contract', 'domain', 'lib'],
  sandbox: ['lib'],
  roles: ['contract'],
  agents: ['contract', 'domain', 'sandbox', 'lib'],
  'own-agents': ['contract'],
  models: ['contract', 'domain', 'lib'],
  board: ['contract', 'lib'],
  gates: ['contract', 'domain', 'workspace', 'sandbox', 'lib'],
  engine: [
    'contract',
    'domain',
    'store',
    'workspace',
    'sandbox',
    'roles',
    'agents',
    'models',
    'board',
    'gates',
    'lib',
  ],
  http: ['contract', 'engine', 'store', 'lib'],
  client: ['contract'],
  cli: ['client', 'sandbox', 'lib'],
}

/**
 * The rooms inside the engine, and which other of them each may import. Shared files are in `src/engine/` itself and import
 * none of them, except for the type of the models (`engineSeam`). Their tests may import all of them, to bring a job into
 * its initial state.
 */
export const engineRooms: Readonly<Record<string, readonly string[]>> = {
  job: [],
  models: [],
  people: [],
  attempt: ['models'],
  backends: ['attempt'],
  work: ['attempt', 'job'],
  server: ['job', 'people', 'work'],
}

/** The one import from what the engine's rooms share into a room. */
export const engineSeam = { from: 'engine/engine.ts', to: 'engine/models/models.ts' }

/**
 * The minimum ratio of test lines to source lines in a room. `all` is for the whole of `src/`, including the tests in
 * `test/`. `test/rooms.test.ts` names rooms below their minimum.
 */
export const testFloor: Readonly<Record<string, number>> = {
  domain: 0.9,
  engine: 0.6,
  store: 0.5,
  http: 0.6,
  all: 0.6,
}

/**
 * The UI in `web/`, a room of its own: it sees the server as every other client does.
 */
export const web: {
  readonly mayImport: readonly string[]
  readonly withoutContract: readonly string[]
  readonly files: string
} = {
  mayImport: ['contract', 'client'],
  /** The rooms of the UI that know nothing of jobs, tasks or backends: what they show is passed to them. */
  withoutContract: ['forms', 'ui'],
  /** The folder of files that are served as they are. */
  files: 'public',
}

/**
 * The rooms inside the UI, and which other of them each may import. Screens are put together in `routes`, which sees every
 * room, so nobody may see it. Tests may use all of them.
 */
export const webRooms: Readonly<Record<string, readonly string[]>> = {
  api: [],
  forms: [],
  ui: ['api'],
  words: ['ui'],
  parts: ['ui', 'words'],
  shell: ['api', 'parts', 'ui', 'words'],
  diff: ['shell', 'ui'],
  board: ['api', 'forms', 'parts', 'shell', 'ui', 'words'],
  job: ['api', 'board', 'diff', 'forms', 'parts', 'shell', 'ui', 'words'],
  routes: ['api', 'board', 'forms', 'job', 'parts', 'shell', 'ui', 'words'],
}

/** Rooms that decide and never act: no `node:` module, no package but zod. */
export const pureRooms: readonly string[] = ['contract', 'domain']

/**
 * The files of `src/` outside every room, and who may import them. `main.ts` may import every room, so no file may import
 * it; `config.ts` is read before a server runs.
 */
export const roots: Readonly<Record<string, readonly string[]>> = {
  'config.ts': ['main.ts', 'cli'],
  'main.ts': [],
}

/** The one file that may load `main.ts`, and only by `await import()`: a command must not pay for the server. */
export const mainLoader = 'cli/commands/start.ts'

/**
 * Which room (or folder of `web/`) owns which package: it is wrapped, and can be replaced, in one place. A name that ends
 * with `/` means all packages of that scope.
 */
export const owners: Readonly<Record<string, readonly string[]>> = {
  ai: ['own-agents/team'],
  '@ai-sdk/': ['own-agents/team'],
  zod: [
    'own-agents/team',
    'board',
    'contract',
    'cli',
    'config.ts',
    'web/routes',
    'web/job',
    'web/jitless.ts',
  ],
  kysely: ['store'],
  pg: ['store'],
  '@agentclientprotocol/sdk': ['agents', 'own-agents'],
  hono: ['http'],
  '@hono/': ['http'],
  execa: ['sandbox', 'cli'],
  yaml: ['engine'],
  unbash: ['gates'],
  '@secretlint/': ['workspace'],
  pino: ['lib'],
  uuid: ['lib'],
  jose: ['models'],
  commander: ['cli'],
  'string-width': ['cli'],
  'eventsource-parser': ['client'],
  react: ['web'],
  'react-dom': ['web'],
  '@tanstack/': ['web'],
  'lucide-react': ['web'],
  'radix-ui': ['web/ui', 'web/shell'],
  virtua: ['web/ui', 'web/job'],
  'react-markdown': ['web/ui'],
  'remark-gfm': ['web/ui'],
  '@pierre/diffs': ['web/diff'],
  anser: ['web/ui'],
  '@atlaskit/pragmatic-drag-and-drop': ['web/board', 'web/job'],
  vite: ['web/vite.config.ts'],
  '@vitejs/plugin-react': ['web/vite.config.ts'],
  '@tailwindcss/vite': ['web/vite.config.ts'],
  '@fontsource-variable/': ['web'],
}
