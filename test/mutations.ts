// Proves that the end-to-end tests can fail: in a copy of the tree, each mutation breaks the critical path or the flow of
// events in one place. The shortest journey over HTTP, and for events the one in a browser, must fail within its time
// limit. Each mutation has its own copy, and two run concurrently, because failing tests mostly wait. An unchanged copy is
// tested in the same way and must pass, which shows that the mutations cause the failures. Run with `node
// test/mutations.ts`; prints one line each.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const LIMIT_MS = 30_000
/** Once the browser has been started. */
const BROWSER_LIMIT_MS = 60_000

interface Suite {
  name: string
  project: string
  file: string
  limitMs: number
}

interface Mutation {
  name: string
  file: string
  pattern: RegExp
  replacement: string
  suites: Suite[]
}

interface Outcome {
  green: boolean
  ms: number
  output: string
}

const http: Suite = {
  name: 'HTTP',
  project: 'journeys',
  file: 'test/journeys/mutation-probe.test.ts',
  limitMs: LIMIT_MS,
}
const screen: Suite = {
  name: 'screen',
  project: 'browser',
  file: 'test/browser/probe.test.ts',
  limitMs: BROWSER_LIMIT_MS,
}

/** Each is one place of the code made wrong, and the journeys that must notice. */
const mutations: Mutation[] = [
  {
    name: 'createJob does not enqueue',
    file: 'src/engine/job/create-job.ts',
    pattern: /await queueAdvance\(\s*trx,/,
    replacement: 'if (trx === null) await queueAdvance(trx,',
    suites: [http],
  },
  {
    name: 'run-attempt returns at once',
    file: 'src/engine/work/run-work.ts',
    pattern: /const claimed = await beginClaimed\(engine, entry\)\n/,
    replacement: 'const claimed = await beginClaimed(engine, entry)\n  if (Math.random() >= 0) return\n',
    suites: [http],
  },
  {
    name: 'advance does nothing',
    file: 'src/engine/job/advance.ts',
    pattern: /await serverAct\(engine\.db, jobId, async \(transaction\) => \{/,
    replacement:
      'await serverAct(engine.db, jobId, async (transaction) => {\n    if (transaction !== null) return',
    suites: [http],
  },
  {
    name: 'streams stay open and say nothing',
    file: 'src/http/sse.ts',
    pattern: /for \(const \{ id, data \} of batch\)/,
    replacement: 'for (const { id, data } of batch.slice(batch.length))',
    suites: [http, screen],
  },
  {
    name: 'the events of a job are read and not handed on',
    file: 'src/engine/job/follow-events.ts',
    pattern: /yield events\n/,
    replacement: 'if (events.length === 0) yield events\n',
    suites: [http, screen],
  },
  {
    // A page's stream of a job polls by itself; the stream of all jobs does not.
    name: 'nobody is woken by a change',
    file: 'src/engine/job/follow-events.ts',
    pattern: /for \(const wake of wakers\) wake\(jobId\)/,
    replacement: 'if (wakers.size < 0) for (const wake of wakers) wake(jobId)',
    suites: [http],
  },
]

/** How many copies are tried at once. */
const AT_ONCE = 2

/** Runs a suite in a copy; returns its result, its duration and its output. */
function runSuite(dir: string, { project, file, limitMs }: Suite): Promise<Outcome> {
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const begun = Date.now()
  const child = spawn(process.execPath, [vitest, 'run', '--project', project, file], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs * 2,
    env: { PATH: process.env.PATH, HOME: os.tmpdir(), NODE_COMPILE_CACHE: path.join(dir, 'compile') },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ green: status === 0, ms: Date.now() - begun, output }))
  })
}

const configs = ['vitest.config.ts', 'tsconfig.json']

function copyTree(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-mutation-'))
  // Agents of a server that runs as root run as another user, who must be able to access their program.
  fs.chmodSync(dir, 0o755)
  // As old as they are, so that the web interface is not built again.
  for (const name of [...'src test scripts web package.json package-lock.json'.split(' '), ...configs])
    fs.cpSync(path.join(root, name), path.join(dir, name), { recursive: true, preserveTimestamps: true })
  for (const name of ['node_modules', '.cache']) fs.symlinkSync(path.join(root, name), path.join(dir, name))
  return dir
}

function mutate(dir: string, { name, file, pattern, replacement }: Mutation): void {
  const place = path.join(dir, file)
  const before = fs.readFileSync(place, 'utf8')
  const after = before.replace(pattern, replacement)
  if (after === before) throw new Error(`the mutation "${name}" no longer fits ${file}: adapt it`)
  fs.writeFileSync(place, after)
}

/** Returns whether a run of a suite is as expected, and prints a line about it, with the whole output if it is not. */
function judge(suite: Suite, name: string, { green, ms, output }: Outcome): boolean {
  const noticed = /AssertionError|did not happen|TimeoutError/.test(output)
  const good = name === 'unchanged' ? green : !green && noticed && ms < suite.limitMs
  console.log(`${good ? 'ok  ' : 'FAIL'} ${suite.name}, ${name}: ${green ? 'green' : 'red'} in ${ms} ms`)
  if (!good) console.log(output)
  return good
}

/** Tries one mutation, or none, with one suite in a copy of its own. */
async function attempt({ suite, mutation }: { suite: Suite; mutation: Mutation | null }): Promise<boolean> {
  const dir = copyTree()
  try {
    if (mutation !== null) mutate(dir, mutation)
    return judge(suite, mutation?.name ?? 'unchanged', await runSuite(dir, suite))
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
}

const trials = [
  ...[http, screen].map((suite) => ({ suite, mutation: null })),
  ...mutations.flatMap((mutation) => mutation.suites.map((suite) => ({ suite, mutation }))),
]
let failed = 0
const next = async (): Promise<void> => {
  for (let trial = trials.shift(); trial !== undefined; trial = trials.shift())
    if (!(await attempt(trial))) failed += 1
}
await Promise.all(Array.from({ length: AT_ONCE }, next))
process.exit(failed === 0 ? 0 : 1)
