// Proves that the end-to-end suite can fail: in a copy of the tree, each mutation breaks the critical path in one
// place; the smoke test must go red, within its time. Run with `node test/mutations.mjs`; prints one line each.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const LIMIT_MS = 30_000

const mutations = [
  [
    'createJob does not enqueue',
    'src/engine/create-job.ts',
    /await enqueue\(\s*engine\.db\.boss,\s*trx,\s*'advance'/,
    "if (trx === null) await enqueue(engine.db.boss, trx, 'advance'",
  ],
  [
    'run-attempt returns at once',
    'src/engine/run-work.ts',
    /const claimed = await claim\(engine, workId\)\n/,
    'const claimed = await claim(engine, workId)\n  if (Math.random() >= 0) return\n',
  ],
  [
    'advance does nothing',
    'src/engine/advance.ts',
    /await engine\.db\.tx\(async \(trx\) => \{/,
    'await engine.db.tx(async (trx) => {\n    if (trx !== null) return',
  ],
]

function runSuite(dir) {
  const node = process.execPath
  const begun = Date.now()
  const run = spawnSync(
    node,
    [
      path.join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--project',
      'journeys',
      'test/journeys/mutation-probe.test.ts',
    ],
    {
      cwd: dir,
      encoding: 'utf8',
      timeout: LIMIT_MS * 2,
      env: { PATH: process.env.PATH, HOME: os.tmpdir() },
    },
  )
  return { green: run.status === 0, ms: Date.now() - begun, output: run.stdout + run.stderr }
}

function copyTree() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-mutation-'))
  for (const name of ['src', 'test', 'package.json', 'vitest.config.ts', 'tsconfig.json']) {
    fs.cpSync(path.join(root, name), path.join(dir, name), { recursive: true })
  }
  for (const name of ['node_modules', '.cache']) fs.symlinkSync(path.join(root, name), path.join(dir, name))
  return dir
}

const dir = copyTree()
let failed = 0
try {
  const sound = runSuite(dir)
  console.log(`${sound.green ? 'ok  ' : 'FAIL'} unchanged: green in ${sound.ms} ms`)
  if (!sound.green) {
    failed += 1
    console.log(sound.output)
  }
  for (const [name, file, pattern, replacement] of mutations) {
    const place = path.join(dir, file)
    const before = fs.readFileSync(place, 'utf8')
    const after = before.replace(pattern, replacement)
    if (after === before) throw new Error(`the mutation "${name}" no longer fits ${file}: adapt it`)
    fs.writeFileSync(place, after)
    const { green, ms } = runSuite(dir)
    fs.writeFileSync(place, before)
    const good = !green && ms < LIMIT_MS
    if (!good) failed += 1
    console.log(`${good ? 'ok  ' : 'FAIL'} ${name}: ${green ? 'still green' : 'red'} in ${ms} ms`)
  }
} finally {
  fs.rmSync(dir, { recursive: true, force: true })
}
process.exit(failed === 0 ? 0 : 1)
