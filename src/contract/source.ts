import { z } from 'zod'

/**
 * Where a job starts from: the address of a repository, or its absolute path. An address that holds a password or a token is
 * refused: it would be kept and shown wherever the source is.
 */
export const Source = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .refine((source) => !holdsPassword(source), {
    error:
      'the address holds a user or a password, which would be kept and shown with the job: leave it out, or clone the repository yourself and give the path of the clone',
  })

/** Whether an address has a password in it, or a user where that alone lets somebody in. */
export function holdsPassword(source: string): boolean {
  const [, scheme = '', authority = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)/i.exec(source) ?? []
  const at = authority.lastIndexOf('@')
  if (at === -1) return false
  // `ssh://git@host` names whom to log in as; the key is elsewhere.
  return scheme.toLowerCase() !== 'ssh' || authority.slice(0, at).includes(':')
}
