import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import config from '../.dependency-cruiser.mjs'
import { engineRooms, rooms, roots, testFloor, web, webRooms } from '../rooms.ts'
import { generatedDocs } from '../scripts/write-docs.ts'
import { eventTypes } from '../src/contract/events/event-types.ts'
import { errors } from '../src/lib/errors.ts'

/**
 * Tests the architecture: the rooms of rooms.ts are the folders on disk, every import obeys them, and the tree has no vague
 * folder names and no files that are too long. The checker is tested too: it must have read the whole tree, and must find
 * planted faults.
 */

const root = path.resolve(import.meta.dirname, '..')
const LINES = 400
/** The maximum number of files of a folder, without tests. */
const FILES_OF_FOLDER = 25
const CONTRACT_LINES = 500
const ROOT_MARKDOWN = ['AGENTS.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md']

async function cruised(baseDir: string): Promise<ICruiseResult> {
  const { forbidden = [] } = config
  const { output } = await cruise(['src', 'web'], {
    ...config.options,
    baseDir,
    exclude: '^web/dist/',
    validate: true,
    ruleSet: { forbidden },
  })
  if (typeof output === 'string') throw new Error('dependency-cruiser gave text where modules were expected')
  return output
}

/** Every file below `dir`, relative to the root. */
function filesBelow(dir: string, base = root): string[] {
  return fs
    .readdirSync(path.join(base, dir), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(base, path.join(entry.parentPath, entry.name)))
}

const isTest = (file: string): boolean => file.endsWith('.test.ts')
const isSource = (file: string): boolean => /\.(ts|mjs)$/.test(file) && !isTest(file)

/** Returns a sentence for each room with too few lines of tests. */
function lackingTests(floors: Readonly<Record<string, number>>, base = root): string[] {
  const linesOf = (files: readonly string[]): number =>
    files.reduce(
      (sum, file) => sum + fs.readFileSync(path.join(base, file), 'utf8').split('\n').length - 1,
      0,
    )
  return Object.entries(floors).flatMap(([room, floor]) => {
    const place = room === 'all' ? 'src' : `src/${room}`
    const files = filesBelow(place, base)
    const beside = [...files, ...(room === 'all' ? filesBelow('test', base) : [])].filter(isTest)
    const [source, tests] = [linesOf(files.filter(isSource)), linesOf(beside)]
    const wanted = Math.ceil(source * floor)
    if (tests >= wanted) return []
    return [
      `${place} lacks tests: ${tests} lines of them for ${source} lines of source, and ${wanted} are the floor.`,
    ]
  })
}

/** The source files of the UI, without build results. */
function webFiles(): string[] {
  return filesBelow('web').filter((file) => !file.startsWith('web/dist/'))
}

test('the folders of src are the rooms of rooms.ts', () => {
  const entries = fs.readdirSync(path.join(root, 'src'), { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
  expect(folders.sort()).toEqual(Object.keys(rooms).sort())
  expect(files.filter((file) => !file.endsWith('.test.ts')).sort()).toEqual(Object.keys(roots).sort())
})

test('the folders of src/engine are those of rooms.ts', () => {
  const entries = fs.readdirSync(path.join(root, 'src', 'engine'), { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  expect(folders.sort()).toEqual(Object.keys(engineRooms).sort())
})

test('the folders of web are those of rooms.ts', () => {
  const entries = fs.readdirSync(path.join(root, 'web'), { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  expect(folders.filter((name) => name !== 'dist').sort()).toEqual(
    [...Object.keys(webRooms), web.files].sort(),
  )
})

test('every import obeys the rooms, and the checker has seen the whole tree', async () => {
  const { modules, summary } = await cruised(root)
  expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([])
  const seen = new Set(modules.map((module) => module.source))
  const modulesOnDisk = [...filesBelow('src'), ...webFiles()].filter((file) => /\.(tsx?|mjs)$/.test(file))
  expect(modulesOnDisk.length).toBeGreaterThan(0)
  expect(modulesOnDisk.filter((file) => !seen.has(file))).toEqual([])
})

test('no folder has a vague name', () => {
  const names = [...filesBelow('src'), ...webFiles()].flatMap((file) => path.dirname(file).split(path.sep))
  const vague = names.filter((name) =>
    /^(utils?|helpers?|services?|managers?|common|shared|misc)$/.test(name),
  )
  expect(vague).toEqual([])
})

test('no folder has too many files, except the one with a file for each command', () => {
  const sources = [...filesBelow('src'), ...webFiles()].filter((file) => !file.includes('.test.'))
  const folders = Map.groupBy(sources, (file) => path.dirname(file))
  const full = [...folders].filter(
    ([folder, files]) => files.length > FILES_OF_FOLDER && folder !== 'src/cli/commands',
  )
  expect(full.map(([folder, files]) => `${folder}: ${files.length} files`)).toEqual([])
})

test('no file is too long', () => {
  const sources = [...filesBelow('src'), ...webFiles(), ...filesBelow('test'), ...filesBelow('scripts')]
  const long = sources
    .filter((file) => /\.(tsx?|css|mjs|sh|sql)$/.test(file))
    .map((file) => ({ file, lines: fs.readFileSync(path.join(root, file), 'utf8').split('\n').length - 1 }))
    .filter(({ file, lines }) => lines > (file.startsWith('src/contract/') ? CONTRACT_LINES : LINES))
  expect(long).toEqual([])
})

test('no room has fewer tests than its floor', () => {
  expect(lackingTests(testFloor)).toEqual([])
})

test('the root contains the usual pages, and no notes', () => {
  const pages = fs.readdirSync(root).filter((name) => /\.(md|markdown|txt)$/i.test(name))
  expect(pages.sort()).toEqual(ROOT_MARKDOWN)
  expect(fs.existsSync(path.join(root, 'LICENSE'))).toBe(true)
})

const generated = generatedDocs(root)

test.each(['docs/architecture.md', 'docs/settings.md', 'docs/cli.md', 'docs/errors.md', 'docs/events.md'])(
  '%s is up to date (make docs writes it again)',
  async (name) => {
    expect(fs.readFileSync(path.join(root, name), 'utf8')).toEqual((await generated)[name])
  },
)

test('every error of the catalogue is used by the server', () => {
  const source = filesBelow('src')
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'src/lib/errors.ts')
    .map((file) => fs.readFileSync(path.join(root, file), 'utf8'))
    .join('\n')
  expect(Object.keys(errors).filter((code) => !source.includes(`'${code}'`))).toEqual([])
})

test('every type of event is appended by the engine', () => {
  const source = [...filesBelow('src/engine'), ...filesBelow('src/store')]
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => fs.readFileSync(path.join(root, file), 'utf8'))
    .join('\n')
  // `${kind}.failed`, `${work.kind}.held` and `${check.kind}.finished` are types of their own for each kind.
  const families = /^(attempt|review|checks|merge|deliver)\.(failed|held)$|^(check|setup)\.finished$/
  const unused = Object.keys(eventTypes).filter(
    (type) => !families.test(type) && !source.includes(`'${type}'`),
  )
  expect(unused).toEqual([])
})

test('the pages name only existing files', () => {
  const pages = [
    'AGENTS.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...filesBelow('docs').filter((file) => file.endsWith('.md')),
  ]
  const named = pages.flatMap((page) => {
    const text = fs.readFileSync(path.join(root, page), 'utf8')
    return [...text.matchAll(/\b(?:src|web|test|scripts)\/[\w./-]+\.(?:tsx?|css|mjs|sh|sql)\b/g)].map(
      ([file]) => ({
        page,
        file,
      }),
    )
  })
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(({ file }) => !fs.existsSync(path.join(root, file)))).toEqual([])
})

/** A small tree that breaks the rules, each in one file. */
const planted: Record<string, string> = {
  'package.json':
    '{ "name": "planted", "type": "module", "dependencies": { "zod": "*", "kysely": "*", "left-pad": "*" } }',
  'tsconfig.json':
    '{ "compilerOptions": { "module": "nodenext", "allowImportingTsExtensions": true, "noEmit": true } }',
  'node_modules/zod/package.json': '{ "name": "zod", "type": "module", "main": "index.js" }',
  'node_modules/zod/index.js': 'export const z = 1\n',
  'node_modules/kysely/package.json': '{ "name": "kysely", "type": "module", "main": "index.js" }',
  'node_modules/kysely/index.js': 'export const sql = 1\n',
  'node_modules/left-pad/package.json': '{ "name": "left-pad", "type": "module", "main": "index.js" }',
  'node_modules/left-pad/index.js': 'export const pad = 1\n',
  'src/main.ts': 'export const main = 1\n',
  'src/config.ts': 'export const config = 1\n',
  'src/contract/word.ts':
    "import { sql } from 'kysely'\nexport interface Word { readonly word: typeof sql }\n",
  'src/domain/rule.ts': "import fs from 'node:fs'\nexport const rule = fs\n",
  'src/lib/clock.ts': "import { pad } from 'left-pad'\nexport const clock = pad\n",
  'src/store/rows.ts': "import { act } from '../engine/act.ts'\nexport const rows = act\n",
  'src/engine/act.ts': "import { other } from './other.ts'\nexport const act = other\n",
  'src/engine/other.ts':
    "import { act } from './act.ts'\nimport { gone } from './gone.ts'\nexport const other = [act, gone]\n",
  'src/engine/people/ask.ts': "import { lead } from '../job/lead.ts'\nexport const ask = lead\n",
  'src/engine/job/lead.ts': 'export const lead = 1\n',
  'src/engine/shared.ts': "import { lead } from './job/lead.ts'\nexport const shared = lead\n",
  'src/http/app.ts':
    "import { main } from '../main.ts'\nimport { config } from '../config.ts'\nexport const app = [main, config]\n",
  'src/sandbox/walls.ts': "import type { Word } from '../contract/word.ts'\nexport type Walls = Word\n",
  'src/workspace/clone.ts': "import { probe } from './clone.test.ts'\nexport const clone = probe\n",
  'src/workspace/clone.test.ts': 'export const probe = 1\n',
  'web/board/board.tsx':
    "import { rule } from '../../src/domain/rule.ts'\nimport { sql } from 'kysely'\nexport const board = [rule, sql]\n",
  'web/words/status.ts':
    "import type { Word } from '../../src/contract/word.ts'\nexport type Status = Word\n",
  'web/ui/pill.ts': "import type { Status } from '../words/status.ts'\nexport type Pill = Status\n",
  'web/ui/badge.ts': "import type { Word } from '../../src/contract/word.ts'\nexport type Badge = Word\n",
  'web/job/tab.ts': "import { screen } from '../routes/screen.ts'\nexport const tab = screen\n",
  'web/routes/screen.ts': 'export const screen = 1\n',
  'src/cli/commands/start.ts': "import { main } from '../../main.ts'\nexport const start = main\n",
}

let plantedDir = ''

beforeAll(() => {
  plantedDir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-rooms-'))
  for (const [file, text] of Object.entries(planted)) {
    fs.mkdirSync(path.dirname(path.join(plantedDir, file)), { recursive: true })
    fs.writeFileSync(path.join(plantedDir, file), text)
  }
})

afterAll(() => fs.rmSync(plantedDir, { recursive: true, force: true }))

test('the minimum of tests detects a room without tests', () => {
  expect(lackingTests({ engine: 0.4, workspace: 0.4 }, plantedDir)).toEqual([
    'src/engine lacks tests: 0 lines of them for 10 lines of source, and 4 are the floor.',
  ])
})

test('the rules find every planted fault', async () => {
  const { summary } = await cruised(plantedDir)
  const found = summary.violations.map(({ rule, from }) => `${from}: ${rule.name}`)
  expect([...new Set(found)].sort()).toEqual(
    expect.arrayContaining([
      'src/cli/commands/start.ts: main-is-loaded-not-imported',
      'src/contract/word.ts: only-store-may-use-kysely',
      'src/contract/word.ts: pure-rooms-use-no-package-but-zod',
      'src/domain/rule.ts: pure-rooms-do-no-io',
      'src/engine/act.ts: no-cycles',
      'src/engine/other.ts: imports-can-be-found',
      'src/engine/people/ask.ts: engine-people-may-import-no-other-room-of-the-engine',
      'src/engine/shared.ts: what-the-engine-shares-imports-none-of-its-rooms',
      'src/http/app.ts: nobody-imports-main',
      'src/http/app.ts: only-main-and-cli-imports-config',
      'src/lib/clock.ts: every-package-has-an-owner',
      'src/sandbox/walls.ts: sandbox-may-import-lib',
      'src/store/rows.ts: store-may-import-contract-domain-lib',
      'src/workspace/clone.ts: the-product-does-not-import-its-tests',
      'web/board/board.tsx: only-store-may-use-kysely',
      'web/board/board.tsx: web-may-import-contract-client',
      'web/job/tab.ts: web-job-may-import-api-board-diff-forms-parts-shell-ui-words',
      'web/ui/badge.ts: the-design-system-knows-no-contract',
      'web/ui/pill.ts: web-ui-may-import-api',
    ]),
  )
})
