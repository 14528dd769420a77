// Bundles Slipway's programs (docs/adr/0018): the command line with its server, and Slipway's own agents. They are written
// to `.cache/program/<hash>`, to which `.cache/program/current` points, when a source is newer than the last build. Other
// files that they read at run time stay in `src/`.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { rolldown, type Plugin } from 'rolldown'

const root = path.join(import.meta.dirname, '..')
const programs = path.join(root, '.cache', 'program')
const current = path.join(programs, 'current')
/** How many programs are kept: one that runs loads some of its parts only when it needs them. */
const KEPT = 3
/** A build takes seconds; older directories were left by a killed one. */
const BUILD_MS = 600_000
/** Who an agent is inside the walls (src/sandbox/walls.ts). */
const AGENTS_UID = 1000

/** Whether the last build is older than a file or directory of the sources. */
function isStale(): boolean {
  const built = fs.statSync(path.join(current, 'built'), { throwIfNoEntry: false })?.mtimeMs
  if (built === undefined) return true
  const sources = path.join(root, 'src')
  const files = fs.readdirSync(sources, { recursive: true }).map((file) => path.join(sources, String(file)))
  return [sources, ...files, path.join(root, 'package-lock.json')].some(
    (file) => fs.statSync(file).mtimeMs > built,
  )
}

/** Keeps `import.meta.dirname` and `import.meta.url` pointing to the sources, because a bundle is in another place. */
const placeOfSources: Plugin = {
  name: 'place-of-sources',
  transform: {
    filter: { id: /\/src\/.*\.ts$/, code: /import\.meta\.(dirname|url)/ },
    handler(code, id) {
      const place = (file: string): string => JSON.stringify(`../../../${path.relative(root, file)}`)
      return {
        code: code
          .replaceAll('import.meta.dirname', `(import.meta.dirname + '/' + ${place(path.dirname(id))})`)
          .replaceAll('import.meta.url', `new URL(${place(id)}, import.meta.url).href`),
        // Nothing moves to another line.
        map: null,
      }
    },
  },
}

/** Builds into a new directory; returns the hash of the result. */
async function build(dir: string): Promise<string> {
  const bundle = await rolldown({
    cwd: root,
    input: {
      slipway: 'src/cli/main.ts',
      offline: 'src/own-agents/offline/main.ts',
      team: 'src/own-agents/team/main.ts',
    },
    platform: 'node',
    external: [/^node:/, 'pg-native'],
    plugins: [placeOfSources],
  })
  const { output } = await bundle.write({
    dir,
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  })
  await bundle.close()
  const hash = createHash('sha256')
  for (const file of output.toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1)))
    hash.update(file.type === 'chunk' ? file.code : file.source)
  return hash.digest('hex').slice(0, 16)
}

/**
 * Compiles the agents, whose code they may read inside the walls and not write. Node keeps compiled code apart by user, in a
 * directory whose name ends with the uid; the code is the same.
 */
function compileAgents(dir: string): void {
  const compileCache = path.join(dir, 'compile')
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache }
  // An agent whose input is at its end starts, stops, and leaves its code compiled.
  for (const agent of ['offline', 'team'])
    spawnSync(process.execPath, [path.join(dir, `${agent}.mjs`)], { env, stdio: 'ignore' })
  const mine = `-${process.getuid?.()}`
  for (const name of fs.readdirSync(compileCache)) {
    const shared = path.join(compileCache, name.replace(/-\d+$/, `-${AGENTS_UID}`))
    if (name.endsWith(mine) && !fs.existsSync(shared)) fs.symlinkSync(name, shared)
  }
}

/** Makes `current` point to a program, in one step; the oldest programs, and what killed builds left, are removed. */
function publish(hash: string): void {
  const link = path.join(programs, `current.${process.pid}`)
  fs.symlinkSync(hash, link)
  fs.renameSync(link, current)
  const others = fs
    .readdirSync(programs, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== hash)
    .map((entry) => path.join(programs, entry.name))
    .map((dir) => ({ dir, isNew: path.basename(dir).startsWith('new.'), at: fs.statSync(dir).mtimeMs }))
    .toSorted((a, b) => b.at - a.at)
  const old = others.filter(({ isNew }) => !isNew).slice(KEPT - 1)
  const left = others.filter(({ isNew, at }) => isNew && at < Date.now() - BUILD_MS)
  for (const { dir } of [...old, ...left]) fs.rmSync(dir, { recursive: true, force: true })
}

/** Builds into `dir` and moves the result to the directory of its hash. */
async function buildIn(dir: string): Promise<void> {
  // Written before the sources are read, so that what changes meanwhile counts as newer.
  fs.writeFileSync(path.join(dir, 'built'), '')
  const { mtime } = fs.statSync(path.join(dir, 'built'))
  const hash = await build(dir)
  const place = path.join(programs, hash)
  try {
    fs.renameSync(dir, place)
    compileAgents(place)
  } catch (error) {
    // The same program is there already, perhaps because another build was faster.
    if (!fs.existsSync(path.join(place, 'built'))) throw error
  }
  fs.utimesSync(path.join(place, 'built'), mtime, mtime)
  publish(hash)
}

if (isStale()) {
  fs.mkdirSync(programs, { recursive: true })
  const dir = fs.mkdtempSync(path.join(programs, 'new.'))
  fs.chmodSync(dir, 0o755)
  try {
    await buildIn(dir)
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
}
