/** Examines the machine without a server: versions, disk, port, walls. Never throws. */
import { execa } from 'execa'
import { stat, statfs } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { detectWalls } from '../../sandbox/walls.ts'
import { sentence } from '../failure.ts'
import { fail, ok, warn, type Finding } from '../finding.ts'

/** The first version with `git merge-tree --write-tree`. */
const oldestGit = [2, 38] as const
const oldestNode = [22, 18] as const
const lowDiskBytes = 2_000_000_000
const noDiskBytes = 100_000_000

export function examineNode(version: string): Finding {
  if (isAtLeast(version, oldestNode)) return ok('node', version)
  return fail('node', version, `Slipway needs Node.js ${oldestNode.join('.')} or newer`)
}

export async function examineGit(): Promise<Finding> {
  const remedy = `install git ${oldestGit.join('.')} or newer`
  try {
    const { stdout } = await execa('git', ['--version'], { timeout: 10_000 })
    const version = stdout.replace(/^git version /, '')
    return isAtLeast(version, oldestGit) ? ok('git', version) : fail('git', `${version} is too old`, remedy)
  } catch (error) {
    return fail('git', `git does not run (${firstLine(error)})`, remedy)
  }
}

/** Runs a small process inside the walls, as a server would; without bubblewrap they are weaker, which the finding reports. */
export async function examineWalls(): Promise<Finding> {
  try {
    const { walls, reason, version } = await detectWalls()
    return reason === null
      ? ok('walls', `bubblewrap ${version ?? ''}, a process ran behind it`)
      : warn('walls', `${walls}: ${reason}`, 'install bubblewrap and allow user namespaces')
  } catch (error) {
    return fail('walls', sentence(error), 'install bubblewrap, or start Slipway as an ordinary user')
  }
}

/** Examines the free space of the disk that holds `dataDir`, which need not exist yet, and the directory's permissions. */
export async function examineDataDir(dataDir: string): Promise<Finding[]> {
  const existing = await nearestExisting(dataDir)
  const { bavail, bsize } = await statfs(existing)
  const free = bavail * bsize
  const summary = `${(free / 1e9).toFixed(1)} GB free for ${dataDir}`
  const disk =
    free < noDiskBytes
      ? fail('disk', summary, 'make room, or pass --data-dir for another disk')
      : free < lowDiskBytes
        ? warn('disk', summary, 'make room: each job keeps its repository and its evidence')
        : ok('disk', summary)
  return existing === dataDir
    ? [disk, ...(await examinePrivacy(dataDir))]
    : [disk, ok('data directory', `${dataDir} will be made at the first start`)]
}

async function examinePrivacy(dataDir: string): Promise<Finding[]> {
  const mode = (await stat(dataDir)).mode & 0o077
  if (mode === 0) return [ok('data directory', `${dataDir}, for its owner only`)]
  return [warn('data directory', `others on this machine can read ${dataDir}`, `chmod 700 ${dataDir}`)]
}

/** Checks whether a server could listen on the port. */
export async function examinePort(port: number): Promise<Finding> {
  const server = net.createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    await new Promise((resolve) => server.close(resolve))
    return ok('port', `${port} is free`)
  } catch (error) {
    return warn(
      'port',
      `${port} cannot be used (${firstLine(error)})`,
      'pass --port to slipway start; slipway run takes a free port by itself',
    )
  }
}

function isAtLeast(version: string, least: readonly [number, number]): boolean {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? []
  return Number(major) > least[0] || (Number(major) === least[0] && Number(minor) >= least[1])
}

async function nearestExisting(dir: string): Promise<string> {
  try {
    await stat(dir)
    return dir
  } catch (error) {
    const parent = path.dirname(dir)
    if (parent === dir) throw error
    return nearestExisting(parent)
  }
}

function firstLine(error: unknown): string {
  const message =
    error instanceof Error && 'shortMessage' in error ? String(error.shortMessage) : sentence(error)
  return message.split('\n')[0] ?? message
}
