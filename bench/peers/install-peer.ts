import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '..', '..')
const cache = path.join(root, '.cache', 'peers')
const INSTALL_MS = 600_000

/** What lies in a directory with a `node_modules`. */
export interface Installed {
  readonly dir: string
  readonly bytes: number
  readonly packages: number
}

/** Installs packages at their versions into `.cache/peers`, unless they are there, without running a script of theirs. */
export function installPeer(packages: readonly [string, ...string[]]): Promise<Installed> {
  return installOnce(packages[0], (dir) => npm(dir, ['install', ...packages]))
}

/** Installs what Slipway needs to run, as the lock file names it. */
export function installOurs(): Promise<Installed> {
  const lock = createHash('sha256').update(fs.readFileSync(path.join(root, 'package-lock.json')))
  return installOnce(`slipway@${lock.digest('hex').slice(0, 12)}`, async (dir) => {
    for (const file of ['package.json', 'package-lock.json'])
      fs.copyFileSync(path.join(root, file), path.join(dir, file))
    await npm(dir, ['ci', '--omit=dev'])
  })
}

/** Returns the bytes of the files that a clone of this repository has. */
export async function treeBytes(): Promise<number> {
  const { stdout } = await run('git', ['-C', root, 'ls-files', '-z'], { maxBuffer: 50_000_000 })
  return stdout
    .split('\0')
    .filter((file) => file !== '')
    .reduce(
      (sum, file) => sum + (fs.lstatSync(path.join(root, file), { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
}

async function installOnce(name: string, install: (dir: string) => Promise<void>): Promise<Installed> {
  const dir = path.join(cache, name)
  if (!fs.existsSync(dir)) {
    const fresh = `${dir}.new`
    fs.rmSync(fresh, { recursive: true, force: true })
    fs.mkdirSync(fresh, { recursive: true })
    await install(fresh)
    fs.renameSync(fresh, dir)
  }
  return { dir, bytes: bytesIn(dir), packages: packagesIn(dir) }
}

async function npm(dir: string, args: readonly string[]): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await run('npm', [...args, '--prefix', dir, ...quiet], { timeout: INSTALL_MS, maxBuffer: 50_000_000 })
}

/** Returns the bytes of all files below a directory. */
export function bytesIn(dir: string): number {
  return fs
    .readdirSync(dir, { recursive: true })
    .map((file) => fs.lstatSync(path.join(dir, String(file))))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0)
}

/** Returns the number of packages that npm has put below a directory. */
export function packagesIn(dir: string): number {
  const text = fs.readFileSync(path.join(dir, 'node_modules', '.package-lock.json'), 'utf8')
  return Object.keys((JSON.parse(text) as { packages: object }).packages).length
}
