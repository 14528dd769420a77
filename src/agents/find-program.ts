import fs from 'node:fs'
import path from 'node:path'

/** A program on this machine, and what a sandbox must show of the disk so that it can run there. */
export interface Program {
  /** Its real place, links followed. */
  readonly file: string
  readonly readable: readonly string[]
  /** From the package it belongs to; null when that says none. */
  readonly version: string | null
}

export type Search =
  | { readonly found: Program }
  | { readonly found: null; readonly refused: { readonly file: string; readonly why: string } | null }

/** Looks a program up as a shell would: an absolute path as it is, a name in each directory of the search path. */
export async function findProgram(name: string, searchPath: string): Promise<Search> {
  const candidates = path.isAbsolute(name)
    ? [name]
    : searchPath
        .split(':')
        .filter((dir) => dir !== '')
        .map((dir) => path.join(dir, name))
  let refused: { file: string; why: string } | null = null
  for (const candidate of candidates) {
    try {
      await fs.promises.access(candidate, fs.constants.X_OK)
      const file = await fs.promises.realpath(candidate)
      return {
        found: {
          file,
          readable: surroundings(file, file !== candidate),
          version: await packageVersion(file),
        },
      }
    } catch (error) {
      if (!isMissing(error)) refused ??= { file: candidate, why: said(error) }
    }
  }
  return { found: null, refused }
}

/**
 * What belongs to a program: the outermost `node_modules` it lies in, the Python environment it is a script of, the
 * directory that a link leads to, else nothing but itself: beside a program in a person's HOME lie their secrets.
 */
function surroundings(file: string, linked: boolean): string[] {
  const parts = file.split(path.sep)
  const modules = parts.indexOf('node_modules')
  if (modules > 0) return [parts.slice(0, modules + 1).join(path.sep)]
  const dir = path.dirname(file)
  const above = path.dirname(dir)
  const bin = path.basename(dir) === 'bin'
  if (bin && fs.existsSync(path.join(above, 'pyvenv.cfg'))) return [above]
  return [linked && !bin ? dir : file]
}

/** The version in the nearest package.json above a file that lies in a `node_modules`. */
async function packageVersion(file: string): Promise<string | null> {
  let dir = path.dirname(file)
  while (dir.includes('node_modules') && path.basename(dir) !== 'node_modules') {
    const version = await readVersion(path.join(dir, 'package.json'))
    if (version !== null) return version
    dir = path.dirname(dir)
  }
  return null
}

/** The `version` of a package.json; null when there is none to read. */
export async function readVersion(manifest: string): Promise<string | null> {
  const version = (await readManifest(manifest))['version']
  return typeof version === 'string' ? version : null
}

/** The programs that a package.json names, by command. */
export async function readBins(manifest: string): Promise<ReadonlyMap<string, string>> {
  const { name, bin } = await readManifest(manifest)
  if (typeof bin === 'string') return new Map([[String(name).split('/').at(-1) ?? '', bin]])
  const entries = typeof bin === 'object' && bin !== null ? Object.entries(bin) : []
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

async function readManifest(file: string): Promise<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(await fs.promises.readFile(file, 'utf8'))
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return {}
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
