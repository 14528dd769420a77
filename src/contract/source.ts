import { z } from 'zod'

/**
 * The repository that a job starts from: its address or its absolute path. A `file://` address is converted to its path. An
 * address that holds a password or a token is rejected: it would be stored and shown wherever the source is.
 */
export const Source = z
  .string()
  .trim()
  .max(2000)
  .refine((source) => problemOf(source) === null, { error: ({ input }) => problemOf(String(input)) ?? '' })
  .overwrite((source) => fileOf(source) ?? source)

const forms =
  'give an absolute path, or an address: https://, http://, ssh://, git://, git@host:path or file:///path'

/** Returns the problem with a source, as a sentence that does not quote it; null when there is none. */
function problemOf(source: string): string | null {
  if (source === '')
    return 'the source is empty: leave it out to begin from nothing, or name a git repository'
  if (/\p{Cc}/u.test(source) || !source.isWellFormed())
    return 'the source has control characters: send plain text'
  if (holdsPassword(source))
    return 'the address holds a user or a password (a token is one), which would be kept and shown with the job: leave it out, or clone the repository yourself and give the path of the clone'
  if (source.startsWith('/')) return null
  if (/^file:/i.test(source)) return fileProblem(source)
  if (isScpLike(source)) return null
  const [, scheme, host = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)/i.exec(source) ?? []
  if (scheme !== undefined) return addressProblem(scheme, host)
  if (/^[a-z]:/i.test(source) || source.includes('\\'))
    return 'the source is a path of Windows: give the path as the server sees it, which in WSL begins with /mnt/'
  if (source.startsWith('~'))
    return 'the source begins with "~", and the server does not know whose home that is: give an absolute path'
  if (/^[^/]*:/.test(source))
    return `the source is neither a path nor an address that Slipway knows: ${forms}`
  return `the source is a relative path, and the server does not know relative to what: ${forms}`
}

function addressProblem(scheme: string, host: string): string | null {
  if (!spoken.has(scheme.toLowerCase())) return `Slipway does not speak ${scheme}://: ${forms}`
  return /^(?:[^@\s]+@)?[^@\s:][^@\s]*$/.test(host) ? null : `the address names no host: ${forms}`
}

function fileProblem(source: string): string | null {
  const file = fileOf(source)
  if (file === null)
    return 'the file:// address names another machine, or no path: give file:///path, or the absolute path itself'
  return /\p{Cc}/u.test(file) ? 'the source has control characters: send plain text' : null
}

const spoken = new Set(['https', 'http', 'ssh', 'git'])

/** Returns the path of a `file:` address; null when the text is not one, or does not name a path of this machine. */
function fileOf(source: string): string | null {
  const [, encoded] = /^file:(?:\/\/(?:localhost)?)?(\/(?!\/).*)$/i.exec(source) ?? []
  if (encoded === undefined) return null
  try {
    return decodeURIComponent(encoded)
  } catch {
    // Not every percent sign starts an escape, even in an address: in that case the path is taken literally.
    return encoded
  }
}

/**
 * Whether a source is `git@host:path` or `host:path`. Like git, distinguishes it from a path by having no slash before the
 * colon.
 */
function isScpLike(source: string): boolean {
  return /^(?:\w[\w.+-]*@(?:\w[\w.-]*|\[[\da-f:.]+\])|\w[\w.-]+):(?!:|\/\/)./i.test(source)
}

/** Whether a source is the address of a remote repository, not a path, a `file:` address or something unknown. */
export function isAddress(source: string): boolean {
  return !/^file:/i.test(source) && (isScpLike(source) || /^[a-z][a-z\d+.-]*:\/\//i.test(source))
}

/** Whether an address contains a password or a token, or a user where that alone grants access. */
export function holdsPassword(source: string): boolean {
  if (/^[^/:@]+:(?!\/\/)[^/]*@/.test(source)) return true
  const [, scheme = '', authority = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)/i.exec(source) ?? []
  if (scheme !== '' && /[?&][^=&#]*(?:token|password|passwd|secret|key|auth)[^=&#]*=[^&#]/i.test(source))
    return true
  const at = authority.lastIndexOf('@')
  if (at === -1) return false
  // `ssh://git@host` names the user to log in as; the key is elsewhere.
  return scheme.toLowerCase() !== 'ssh' || authority.slice(0, at).includes(':')
}
