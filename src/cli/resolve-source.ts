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
  const input = source.trim()
  if (input === '')
    throw badUsage('--source is empty: leave it out to begin from nothing, or name a git repository')
  if (isAddress(input) || /^file:/i.test(input) || path.isAbsolute(input)) return input
  // Git treats these as addresses of an unknown kind; the server has an error message for them.
  if (input.includes('::') || /^[a-z]:[\\/]/i.test(input)) return input
  if (/^~[^/]/.test(input))
    throw badUsage(`--source ${input}: only ~ and ~/ are known, for your own home; give the path`)
  const absolute = input.startsWith('~') ? path.join(home, input.slice(1)) : path.resolve(cwd, input)
  if (!existsSync(absolute))
    throw badUsage(`--source ${input}: there is no such directory (${absolute}), and it is not a URL`)
  return absolute
}
