import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import type { Readable } from 'node:stream'
import type { ArchiveFormat } from '../contract/files.ts'
import { AppError } from '../lib/app-error.ts'
import { git } from './git/git.ts'
import { streamGit } from './git/git-stream.ts'
import type { JobRepository } from './job-repository.ts'

export interface ArchiveOptions {
  readonly format: ArchiveFormat
  /** The maximum size in bytes of all files together, uncompressed. */
  readonly maxBytes: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** The maximum number of refused names shown. */
const SHOWN = 10

/**
 * Returns a commit's files as a complete archive: every file and link under its exact name. Refuses before the first byte,
 * with an `AppError`, names that a zip cannot carry, files that are too large together, and files that cannot be read.
 */
export async function archiveCommit(
  repository: JobRepository,
  commit: string,
  { format, maxBytes, timeoutMs, signal }: ArchiveOptions,
): Promise<Readable> {
  const entries = await listEntries(repository, commit)
  const total = entries.reduce((sum, entry) => sum + entry.size, 0)
  if (total > maxBytes)
    throw new AppError(
      'archive_too_large',
      `The files are ${Math.ceil(total / 1e6)} MB together, and an archive may hold ${maxBytes / 1e6} MB: clone the repository instead.`,
    )
  if (format === 'zip') refuseNames(entries)
  await ignoreArchiveAttributes(repository)
  const archive = streamGit([`--git-dir=${repository.dir}`, 'archive', `--format=${format}`, commit], {
    signal,
    timeoutMs,
  })
  // When git cannot even begin, this throws: there is no answer yet that would have to break off.
  await once(archive, 'readable')
  return archive
}

interface Entry {
  readonly name: Buffer
  readonly size: number
}

async function listEntries(repository: JobRepository, commit: string): Promise<Entry[]> {
  const { stdout } = await git(['ls-tree', '-r', '-z', '--long', '--full-tree', commit], {
    gitDir: repository.dir,
    maxBytes: 500_000_000,
  })
  const entries: Entry[] = []
  for (let from = 0; from < stdout.length;) {
    const end = stdout.indexOf(0, from)
    const tab = stdout.indexOf(9, from)
    const size = stdout.toString('latin1', from, tab).split(/ +/)[3]
    if (size === 'BAD') throw damaged(stdout.subarray(tab + 1, end))
    // What is no file of this repository has no size.
    entries.push({ name: stdout.subarray(tab + 1, end), size: size === '-' ? 0 : Number(size) })
    from = end + 1
  }
  return entries
}

function damaged(name: Buffer): AppError {
  const shown = JSON.stringify(name.toString('utf8').slice(0, 200))
  return new AppError(
    'repository_damaged',
    `The file ${shown} cannot be read from the job's repository, which is damaged: restore the data directory from a backup, or run the job again.`,
  )
}

/** Throws for names that a zip cannot carry: they are UTF-8 with `/` as separator, and Windows interprets `\` and `C:`. */
function refuseNames(entries: readonly Entry[]): void {
  const refused = entries.filter(({ name }) => {
    const text = name.toString('utf8')
    return !Buffer.from(text, 'utf8').equals(name) || /[\p{Cc}\\]|^[A-Za-z]:/u.test(text)
  })
  if (refused.length === 0) return
  const shown = refused
    .slice(0, SHOWN)
    .map(({ name }) => JSON.stringify(name.toString('utf8').slice(0, 200)))
    .join(', ')
  const more = refused.length > SHOWN ? ` and ${refused.length - SHOWN} more` : ''
  throw new AppError(
    'names_not_for_zip',
    `A zip cannot carry these names exactly: ${shown}${more}. Ask for a tar instead (?format=tar.gz, or slipway export --format tar.gz).`,
  )
}

/**
 * Disables a repository's attributes that leave files out of archives or rewrite them, because an archive must hold all
 * files as they are. The repository's `info/attributes` take precedence over those in its files.
 */
async function ignoreArchiveAttributes(repository: JobRepository): Promise<void> {
  const file = path.join(repository.dir, 'info', 'attributes')
  if (fs.existsSync(file)) return
  await fs.promises.mkdir(path.dirname(file), { recursive: true })
  await fs.promises.writeFile(`${file}.new`, '* -export-ignore -export-subst\n')
  await fs.promises.rename(`${file}.new`, file)
}
