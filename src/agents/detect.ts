import fs from 'node:fs'
import path from 'node:path'
import type { Detection } from './backend.ts'
import { findProgram, readBins, readVersion } from './find-program.ts'
import { fill } from './placeholders.ts'
import type { Install, Profile } from './profile.ts'

export interface InstallLocations {
  /** The directory where Slipway installs agents, one subdirectory each: `<id>@<version>`. */
  readonly backendsDir: string
  /** The path of the Node that runs agents written for it. */
  readonly nodePath: string
  /** The search path for commands, in the format of PATH. */
  readonly searchPath: string
}

/** Returns the install directory of the version that this profile names, whether or not it exists. */
export function installDirOf(profile: Profile & { install: Install }, locations: InstallLocations): string {
  return path.join(locations.backendsDir, `${profile.id}@${profile.install.version}`)
}

/** Looks in Slipway's install directory, then in PATH. Performs a few disk lookups; starts no process. */
export async function detectProfile(profile: Profile, locations: InstallLocations): Promise<Detection> {
  const { install } = profile
  if (install !== null) {
    const installed = await detectInstalled({ ...profile, install }, locations)
    if (installed !== null) return installed
  }
  const [program, ...args] = profile.command
  const { found, ...search } = await findProgram(program, locations.searchPath)
  const script = found === null ? null : missingScript(found.file, args)
  if (script !== null) return unavailable(`"${script}" is not there: ${advice(profile)}.`)
  if (found !== null)
    return {
      available: true,
      reason: null,
      version: found.version,
      source: 'path',
      launch: {
        command: [found.file, ...args],
        path: [],
        readable: [...found.readable, ...args.filter((arg) => path.isAbsolute(arg))],
        installDir: null,
      },
    }
  const refused = 'refused' in search ? search.refused : null
  const reason =
    refused === null
      ? `"${program}" is not installed: ${advice(profile)}.`
      : `"${refused.file}" cannot be run (${refused.reason}): fix its permissions, or ${advice(profile)}.`
  return unavailable(reason)
}

function unavailable(reason: string): Detection {
  return { available: false, reason, version: null, source: null, launch: null }
}

const INTERPRETER = /^(node|bun|deno|python[\d.]*|ruby|perl|php|sh|bash|dash|zsh)$/

/** Returns the script that an interpreter would run, if it is given as an absolute path and does not exist. */
function missingScript(program: string, args: readonly string[]): string | null {
  if (!INTERPRETER.test(path.basename(program))) return null
  const script = args.find((arg) => !arg.startsWith('-'))
  return script !== undefined && path.isAbsolute(script) && !fs.existsSync(script) ? script : null
}

/** Returns advice for installing the program. */
function advice(profile: Profile): string {
  const steps = [
    profile.install === null ? '' : `run \`slipway backends install ${profile.id}\``,
    profile.hint,
  ]
  return steps.filter((step) => step !== '').join(', ')
}

async function detectInstalled(
  profile: Profile & { install: Install },
  locations: InstallLocations,
): Promise<Detection | null> {
  const { install } = profile
  const dir = installDirOf(profile, locations)
  const entry = await entryOf(install, dir)
  if (entry === null || !fs.existsSync(entry)) return null
  const command = install.runner === 'node' ? [locations.nodePath, entry] : [entry]
  const version = await readVersion(path.join(dir, 'node_modules', mainPackage(install), 'package.json'))
  return {
    available: true,
    reason: null,
    version: version ?? install.version,
    source: 'slipway',
    launch: {
      command: [...command, ...install.args],
      path: (install.path ?? []).map((dirName) => path.join(dir, dirName)),
      readable: [dir],
      installDir: dir,
    },
  }
}

/** Returns the first package, which holds the program. */
function mainPackage(install: Install): string {
  return fill(Object.keys(install.packages)[0] ?? '')
}

/** Returns the program's file: the one named by the profile, else the one that the package names for this command. */
export async function entryOf(install: Install, dir: string): Promise<string | null> {
  if ('file' in install.entry) return path.join(dir, fill(install.entry.file))
  const home = path.join(dir, 'node_modules', mainPackage(install))
  const bins = await readBins(path.join(home, 'package.json'))
  const file = bins.get(install.entry.bin) ?? [...bins.values()][0]
  return file === undefined ? null : path.join(home, file)
}
