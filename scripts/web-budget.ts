import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

/**
 * Checks the JavaScript budget of a first visit to each screen: the entry and the screen with everything they import,
 * gzipped. Parts that are loaded on demand (a diff, a palette) do not count. What an idle page prefetches has a separate
 * budget. Fails when a screen exceeds the budget, or when it finds no screens.
 */
const BUDGET_KB = 172
/** What an idle page fetches ahead, so that an outage finds nothing missing: all screens and parts but these. */
const AHEAD_KB = 150
const notAhead = /(^|\/)(diff|files\/changes|code-file|markdown-body)[/.]/
const SCREENS_AT_LEAST = 10

/** A chunk in the manifest that Vite writes. */
interface Chunk {
  file: string
  imports?: string[]
  dynamicImports?: string[]
  isEntry?: boolean
}

const dist = path.resolve(import.meta.dirname, '..', process.argv[2] ?? 'web/dist')
const manifest: Record<string, Chunk> = JSON.parse(fs.readFileSync(path.join(dist, 'manifest.json'), 'utf8'))

function chunkOf(name: string): Chunk {
  const chunk = manifest[name]
  if (chunk === undefined) throw new Error(`there is no chunk ${name} in the manifest of ${dist}`)
  return chunk
}

/** All chunks that can be reached from one, imported at once or later, without those that are never fetched ahead. */
function reachable(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name) || notAhead.test(name)) return seen
  seen.add(name)
  const { imports = [], dynamicImports = [] } = chunkOf(name)
  for (const next of [...imports, ...dynamicImports]) reachable(next, seen)
  return seen
}

/** The chunk and all chunks it imports. */
function closure(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen
  seen.add(name)
  for (const next of chunkOf(name).imports ?? []) closure(next, seen)
  return seen
}

const kilobytes = (names: Iterable<string>): number => {
  const files = [...new Set([...names].map((name) => chunkOf(name).file))].filter((file) =>
    file.endsWith('.js'),
  )
  return files.reduce(
    (sum, file) => sum + zlib.gzipSync(fs.readFileSync(path.join(dist, file))).length / 1000,
    0,
  )
}

const entry = Object.keys(manifest).find((name) => chunkOf(name).isEntry)
if (entry === undefined) throw new Error(`the manifest of ${dist} has no entry`)
const shell = closure(entry)
// Addresses are loaded by the shell; what a screen loads by itself is not part of its first load.
const byShell = new Set([...shell].flatMap((name) => chunkOf(name).dynamicImports ?? []))
const screens = [...byShell].filter((name) => /^(routes|board|job)\//.test(name))
// A tab of a job also loads the job's frame.
const frameOf = (name: string): Iterable<string> =>
  /^(board|job)\//.test(name) ? closure('routes/job.tsx') : []
const sizes = screens
  .map((name) => ({ name, kb: kilobytes(new Set([...shell, ...frameOf(name), ...closure(name)])) }))
  .sort((a, b) => b.kb - a.kb)

const [largest] = sizes
if (largest === undefined || screens.length < SCREENS_AT_LEAST)
  throw new Error(`only ${screens.length} screens were found in ${dist}`)
if (process.argv.includes('--list')) {
  console.log(`${kilobytes(shell).toFixed(1).padStart(6)} kB  the shell`)
  for (const { name, kb } of sizes) console.log(`${kb.toFixed(1).padStart(6)} kB  ${name}`)
}
const tooLarge = sizes.filter(({ kb }) => kb > BUDGET_KB)
for (const { name, kb } of tooLarge)
  console.error(
    `${name} costs ${kb.toFixed(1)} kB of gzipped JavaScript at first load; the budget is ${BUDGET_KB} kB`,
  )
const ahead = kilobytes([...reachable(entry)].filter((name) => !shell.has(name)))
if (ahead > AHEAD_KB)
  console.error(`an idle page fetches ${ahead.toFixed(1)} kB ahead; the budget is ${AHEAD_KB} kB`)
console.log(`fetched ahead ${ahead.toFixed(1)} kB, budget ${AHEAD_KB} kB`)
console.log(`first load at most ${largest.kb.toFixed(1)} kB (${largest.name}), budget ${BUDGET_KB} kB`)
process.exitCode = tooLarge.length > 0 || ahead > AHEAD_KB ? 1 : 0
