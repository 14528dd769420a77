import fs from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..', '..')

/**
 * The program that users run: the bundle, which scripts/run-tests.sh builds before any test. If a source has changed since
 * (by a mutation, or by a developer), the sources are run directly, as by `./slipway`.
 */
export const slipwayProgram = isFresh()
  ? fs.realpathSync(path.join(root, '.cache', 'program', 'current', 'slipway.mjs'))
  : sourcesOf(root)

/** Returns the command line of an installation that has no bundle. */
export function sourcesOf(installation: string): string {
  return path.join(installation, 'src', 'cli', 'main.ts')
}

function isFresh(): boolean {
  const built = fs.statSync(path.join(root, '.cache', 'program', 'current', 'built'), {
    throwIfNoEntry: false,
  })
  if (built === undefined) return false
  const files = fs.readdirSync(path.join(root, 'src'), { recursive: true }).map(String)
  return files.every((file) => fs.statSync(path.join(root, 'src', file)).mtimeMs <= built.mtimeMs)
}
