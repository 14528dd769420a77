/** Resolves `--source` for the server, which has a working directory and a home of its own. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { isAddress } from '../client/source.ts'
import { badUsage } from './failure.ts'

/**
 * Returns an address unchanged, and a path as absolute: relative to `cwd`, with `~` as `home`. Throws `Failure` when a
 * relative path does not exist; an absolute one is checked by the server, which may be on another machine.
 */
export function resolveSource(source: string, { cwd, home }: { cwd: string; home: string }): string {
  const given = source.trim()
  if (given === '')
    throw badUsage('--source is empty: leave it out to begin from nothing, or name a git repository')
  if (isAddress(given) || /^file:/i.test(given) || path.isAbsolute(given)) return given
  // Git treats these as addresses of an unknown kind; the server has an error message for them.
  if (given.includes('::') || /^[a-z]:[\\/]/i.test(given)) return given
  if (/^~[^/]/.test(given))
    throw badUsage(`--source ${given}: only ~ and ~/ are known, for your own home; give the path`)
  const whole = given.startsWith('~') ? path.join(home, given.slice(1)) : path.resolve(cwd, given)
  if (!existsSync(whole))
    throw badUsage(`--source ${given}: there is no such directory (${whole}), and it is not a URL`)
  return whole
}
