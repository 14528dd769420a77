/** What `--source` names, as the server must be told it: it has a working directory and a home of its own. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { isAddress } from '../client/source.ts'
import { badUsage } from './failure.ts'

/**
 * An address as it is, a path whole: relative to `cwd`, with `~` as `home`. Throws `Failure` when a relative path leads nowhere;
 * what an absolute one leads to is seen by the server, which may be on another machine.
 */
export function resolveSource(source: string, { cwd, home }: { cwd: string; home: string }): string {
  const given = source.trim()
  if (given === '')
    throw badUsage('--source is empty: leave it out to begin from nothing, or name a git repository')
  if (isAddress(given) || /^file:/i.test(given) || path.isAbsolute(given)) return given
  // As git tells an address of a kind it does not know; the server has a sentence for it.
  if (given.includes('::') || /^[a-z]:[\\/]/i.test(given)) return given
  if (/^~[^/]/.test(given))
    throw badUsage(`--source ${given}: only ~ and ~/ are known, for your own home; give the path`)
  const whole = given.startsWith('~') ? path.join(home, given.slice(1)) : path.resolve(cwd, given)
  if (!existsSync(whole))
    throw badUsage(`--source ${given}: there is no such directory (${whole}), and it is not a URL`)
  return whole
}
