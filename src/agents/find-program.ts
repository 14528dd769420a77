import fs from 'node:fs'
import path from 'node:path'

/** A program on this machine, and the paths that a sandbox must expose so that it can run there. */
export interface Program {
  /** Its real path, with symbolic links resolved. */
  readonly file: string
  readonly readable: readonly string[]
  /** The version from its package; null when the package has none. */
  readonly version: string | null
}

export type Search =
  | { readonly found: Program }
  | { readonly found: null; readonly refused: { readonly file: string; readonly reason: string } | null }

/** Looks a program up like a shell: an absolute path is used as is, a name is searched in each directory of the search path. */
export async function findProgram(name: string, searchPath: string): Promise<Search> {
  const candidates = path.isAbsolute(name)
    ? [name]
    : searchPath
        .split(':')
        .filter((dir) => dir !== '')
        .map((dir) => path.join(dir, name))
  let refused: { file: string; reason: string } | null = null
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
      if (!isMissing(error)) refused ??= { file: candidate, reason: reasonOf(error) }
    }
  }
  return { found: null, refused }
}

/**
 * Returns the paths that belong to a program: the outermost `node_modules` that contains it, the Python environment of a
 * script, or the target directory of a link; otherwise only the file itself, because a person's HOME has secrets next to its
 * programs.
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

/** Returns the version from the nearest package.json above a file within a `node_modules`. */
async function packageVersion(file: string): Promise<string | null> {
  let dir = path.dirname(file)
  while (dir.includes('node_modules') && path.basename(dir) !== 'node_modules') {
    const version = await readVersion(path.join(dir, 'package.json'))
    if (version !== null) return version
    dir = path.dirname(dir)
  }
  return null
}

/** Returns the `version` of a package.json; null when it cannot be read. */
export async function readVersion(manifest: string): Promise<string | null> {
  const version = (await readManifest(manifest))['version']
  return typeof version === 'string' ? version : null
}

/** Returns the programs named in a package.json, keyed by command. */
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
