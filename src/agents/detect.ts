import fs from 'node:fs'
import path from 'node:path'
import type { Detection } from './backend.ts'
import { findProgram, readBins, readVersion } from './find-program.ts'
import { fill } from './placeholders.ts'
import type { Install, Profile } from './profile.ts'

export interface Places {
  /** Where Slipway installs agents: one directory each, `<id>@<version>`. */
  readonly backendsDir: string
  /** The Node that runs agents written for it. */
  readonly nodePath: string
  /** Where commands are looked up, as in PATH. */
  readonly searchPath: string
}

/** Where the version that this profile names is, or would be, installed. */
export function installDirOf(profile: Profile & { install: Install }, places: Places): string {
  return path.join(places.backendsDir, `${profile.id}@${profile.install.version}`)
}

/** Looks where Slipway installs, then in PATH. A handful of looks at the disk; no process is started. */
export async function detectProfile(profile: Profile, places: Places): Promise<Detection> {
  const { install } = profile
  if (install !== null) {
    const installed = await detectInstalled({ ...profile, install }, places)
    if (installed !== null) return installed
  }
  const [program, ...args] = profile.command
  const { found, ...search } = await findProgram(program, places.searchPath)
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
      : `"${refused.file}" cannot be run (${refused.why}): mend its permissions, or ${advice(profile)}.`
  return unavailable(reason)
}

function unavailable(reason: string): Detection {
  return { available: false, reason, version: null, source: null, launch: null }
}

const INTERPRETER = /^(node|bun|deno|python[\d.]*|ruby|perl|php|sh|bash|dash|zsh)$/

/** The file that an interpreter is to run, when it is named by its whole path and is not there. */
function missingScript(program: string, args: readonly string[]): string | null {
  if (!INTERPRETER.test(path.basename(program))) return null
  const script = args.find((arg) => !arg.startsWith('-'))
  return script !== undefined && path.isAbsolute(script) && !fs.existsSync(script) ? script : null
}

/** What a person does so that the program is there. */
function advice(profile: Profile): string {
  const steps = [
    profile.install === null ? '' : `run \`slipway backends install ${profile.id}\``,
    profile.hint,
  ]
  return steps.filter((step) => step !== '').join(', ')
}

async function detectInstalled(
  profile: Profile & { install: Install },
  places: Places,
): Promise<Detection | null> {
  const { install } = profile
  const dir = installDirOf(profile, places)
  const entry = await entryOf(install, dir)
  if (entry === null || !fs.existsSync(entry)) return null
  const command = install.runner === 'node' ? [places.nodePath, entry] : [entry]
  const version = await readVersion(path.join(dir, 'node_modules', mainPackage(install), 'package.json'))
  return {
    available: true,
    reason: null,
    version: version ?? install.version,
    source: 'slipway',
    launch: {
      command: [...command, ...install.args],
      path: (install.path ?? []).map((place) => path.join(dir, place)),
      readable: [dir],
      installDir: dir,
    },
  }
}

/** The first package is the one that holds the program. */
function mainPackage(install: Install): string {
  return fill(Object.keys(install.packages)[0] ?? '')
}

/** The program's file: the one that the profile names, else the one that the package names for this command. */
export async function entryOf(install: Install, dir: string): Promise<string | null> {
  if ('file' in install.entry) return path.join(dir, fill(install.entry.file))
  const home = path.join(dir, 'node_modules', mainPackage(install))
  const bins = await readBins(path.join(home, 'package.json'))
  const file = bins.get(install.entry.bin) ?? [...bins.values()][0]
  return file === undefined ? null : path.join(home, file)
}
