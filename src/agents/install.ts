import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { AppError } from '../lib/app-error.ts'
import { randomId } from '../lib/chance.ts'
import { timeLimit } from '../lib/timers.ts'
import { makeDirectory } from '../lib/make-directory.ts'
import { entryOf, installDirOf, type InstallLocations } from './detect.ts'
import { findProgram } from './find-program.ts'
import { fill } from './placeholders.ts'
import type { Install, Profile } from './profile.ts'

export interface Installing {
  readonly locations: InstallLocations
  /** The environment of npm, which locates its settings and cache. */
  readonly env: Readonly<Record<string, string>>
  /** Receives npm's output as it arrives. */
  readonly onOutput: (text: string) => void
  readonly signal: AbortSignal
}

/** The maximum duration of an installation in ms. */
const INSTALL_MS = 600_000

/**
 * Installs a profile's packages at their pinned versions into a directory of their own: install scripts are not run, nothing
 * outside is changed, and the directory appears only once the installation is complete. Runs npm under the Node that will
 * run the agent, because npm would silently choose older agents under an older one. Throws `AppError`.
 */
export async function installProfile(profile: Profile, options: Installing): Promise<void> {
  const { install } = profile
  if (install === null)
    throw new AppError('not_installable', `${profile.displayName} is not a package that can be installed.`)
  const dir = installDirOf({ ...profile, install }, options.locations)
  const staging = path.join(options.locations.backendsDir, `.${profile.id}-${randomId()}`)
  // When the server runs as root, agents run as another user; the data directory is closed to other users.
  makeDirectory(staging, 0o755)
  try {
    fs.writeFileSync(path.join(staging, 'package.json'), manifestOf(install))
    await runNpm(staging, options)
    const entry = await entryOf(install, staging)
    if (entry === null || !fs.existsSync(entry))
      throw new AppError(
        'install_failed',
        `The package of ${profile.displayName} has no program for this machine.`,
      )
    await fs.promises.rm(dir, { recursive: true, force: true })
    await fs.promises.rename(staging, dir)
  } finally {
    await fs.promises.rm(staging, { recursive: true, force: true })
  }
}

/** Removes every version of a backend that Slipway installed; returns false when there was none. */
export async function uninstallProfile(profile: Profile, locations: InstallLocations): Promise<boolean> {
  const names = fs.existsSync(locations.backendsDir) ? await fs.promises.readdir(locations.backendsDir) : []
  const installedNames = names.filter((name) => name.startsWith(`${profile.id}@`))
  for (const name of installedNames)
    await fs.promises.rm(path.join(locations.backendsDir, name), { recursive: true, force: true })
  return installedNames.length > 0
}

function manifestOf(install: Install): string {
  const dependencies = Object.fromEntries(
    Object.entries(install.packages).map(([name, version]) => [fill(name), version]),
  )
  return JSON.stringify({ private: true, dependencies }, null, 2)
}

async function runNpm(dir: string, options: Installing): Promise<void> {
  const { found: npm } = await findProgram('npm', options.locations.searchPath)
  if (npm === null)
    throw new AppError('no_npm', 'Installing needs npm, which is not in PATH: install Node.js with npm.')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=http']
  const child = spawn(options.locations.nodePath, [npm.file, 'install', ...flags], {
    cwd: dir,
    env: {
      ...options.env,
      PATH: `${path.dirname(options.locations.nodePath)}:${options.locations.searchPath}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([options.signal, timeLimit(INSTALL_MS)]),
  })
  let tail = ''
  const onData = (chunk: Buffer): void => {
    const text = chunk.toString('utf8')
    tail = (tail + text).slice(-4000)
    options.onOutput(text)
  }
  child.stdout.on('data', onData)
  child.stderr.on('data', onData)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(stopped(error, options.signal)))
    child.once('close', resolve)
  })
  if (code !== 0) throw new AppError('install_failed', npmError(tail))
}

function stopped(error: Error, signal: AbortSignal): Error {
  if (signal.aborted) return new AppError('install_stopped', 'The installation was stopped.')
  if (error.name === 'AbortError')
    return new AppError('install_failed', `npm did not finish within ${INSTALL_MS / 60_000} minutes.`)
  return new AppError('install_failed', `npm could not be started: ${error.message}`)
}

/** Returns npm's error messages, with advice where a remedy is known. */
function npmError(output: string): string {
  const errors = output
    .split('\n')
    .filter((line) => /^npm (error|ERR!)/.test(line) && !/complete log/.test(line))
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, ''))
    .filter((line) => line.trim() !== '')
  const code = errors.find((line) => line.startsWith('code '))?.slice(5) ?? ''
  const explanations: Record<string, string> = {
    ENOTFOUND: 'the npm registry cannot be reached: check the connection, or the proxy in .npmrc',
    ECONNREFUSED: 'the npm registry refuses the connection: check the connection, or the proxy in .npmrc',
    ETIMEDOUT: 'the npm registry did not answer: check the connection, or the proxy in .npmrc',
    EAI_AGAIN: 'the npm registry cannot be reached: check the connection, or the proxy in .npmrc',
    E404: 'the npm registry does not have this version',
    ETARGET: 'the npm registry does not have this version',
    ENOSPC: 'the disk is full: make room and try again',
    EACCES: 'a directory cannot be written: fix its permissions',
  }
  const details = errors.filter((line) => !line.startsWith('code ')).slice(0, 3)
  return `npm could not install it: ${[explanations[code] ?? code, ...details].filter((word) => word !== '').join('; ')}`
}
