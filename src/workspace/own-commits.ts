import fs from 'node:fs'
import path from 'node:path'
import { randomId } from '../lib/chance.ts'
import { git } from './git/git.ts'
import type { JobRepository } from './job-repository.ts'
import { strictFlag } from './source/tolerated-faults.ts'

/**
 * Keeps commits that agents make themselves, on any branch or stash, in their own clone. The server runs no git on that clone: a
 * script inside the walls packs what the job's repository lacks, and the result is checked like a pack from an untrusted server.
 */

/**
 * A shell script that restores read permissions removed by the agent, then lists what a checkpoint cannot record: the path
 * of a file that is nested too deep, on a line `deep <path>`, and the directories of repositories, each on a line `git
 * <path>`.
 */
export const surveyScript = `find . "$HOME" \\( -type d ! -perm -u=rwx -o -type f ! -perm -u=r \\) -exec chmod u+rwX {} \\; 2>/dev/null
find . -regextype posix-extended ! -type d -regex '.{3500,}' -print -quit 2>/dev/null | head -c 200 | sed 's/^/deep /'
echo
find . -name node_modules -prune -o -name .git -print -prune 2>/dev/null | head -n 50 | sed 's/^/git /'`

/**
 * A shell script that packs the commits of the repository in directory `$1` that cannot be reached from the commit `$2`
 * (empty for none). It writes lines `<commit> <reference, or "reflog">`, an empty line, and the pack.
 */
export const packScript = `cd "$1" || exit 1
git rev-parse --git-dir >/dev/null || exit 1
ids=$( { git for-each-ref --format='%(objectname) %(refname)'; git reflog --all --format='%H reflog' 2>/dev/null; } | sort -u)
printf '%s\\n\\n' "$ids"
[ -n "$ids" ] || exit 0
{ printf '%s\\n' "$ids" | cut -d ' ' -f 1; [ -z "$2" ] || printf '^%s\\n' "$2"; } | git pack-objects --revs --stdout -q`

/** An agent's own commit that is now in the job's repository. */
export interface KeptCommit {
  readonly commit: string
  /** Its name in the agent's clone: a reference, or `reflog` for one that no reference led to any more. */
  readonly was: string
  /** The reference of the job's repository that keeps it. */
  readonly ref: string
}

/** The maximum number of references kept of one attempt. */
const KEPT = 1000
const HEADER_BYTES = 1_000_000

/**
 * Stores a pack with its header, as written by `packScript` to `file`, in a job's repository, and keeps its new commits as
 * references below `under`. The pack is checked (fsck) before it becomes visible. Throws when it is not sound.
 */
export async function importCommits(
  repository: JobRepository,
  file: string,
  under: string,
): Promise<KeptCommit[]> {
  const { lines, packAt } = await readHeader(file)
  const tips = lines.slice(0, KEPT * 10).flatMap((line) => {
    const [commit = '', was = ''] = line.split(' ')
    return /^[0-9a-f]{40,64}$/.test(commit) && was !== '' ? [{ commit, was }] : []
  })
  const unknown = await unknownOf(
    repository,
    tips.map(({ commit }) => commit),
  )
  const missing = tips.filter(({ commit }) => unknown.has(commit))
  if (missing.length === 0) return []
  await storePack(repository, file, packAt)
  const named = missing.filter(({ was }) => was !== 'reflog').toSorted((a, b) => a.was.localeCompare(b.was))
  const unreachable = await notReachable(
    repository,
    missing.filter(({ was }) => was === 'reflog').map(({ commit }) => commit),
    named.map(({ commit }) => commit),
  )
  const kept = [...named, ...unreachable.map((commit) => ({ commit, was: 'reflog' }))]
    .slice(0, KEPT)
    .map((tip, n) => ({ ...tip, ref: `${under}/${n + 1}` }))
  await git(['update-ref', '--stdin'], {
    gitDir: repository.dir,
    input: kept.map(({ ref, commit }) => `update ${ref} ${commit}\n`).join(''),
  })
  return kept
}

async function readHeader(file: string): Promise<{ lines: string[]; packAt: number }> {
  const handle = await fs.promises.open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    const end = buffer.subarray(0, bytesRead).indexOf('\n\n')
    if (end === -1) return { lines: [], packAt: bytesRead }
    return { lines: buffer.toString('utf8', 0, end).split('\n'), packAt: end + 2 }
  } finally {
    await handle.close()
  }
}

/** Returns the commits that the repository does not have. */
async function unknownOf(repository: JobRepository, commits: readonly string[]): Promise<Set<string>> {
  if (commits.length === 0) return new Set()
  const { stdout } = await git(['cat-file', '--batch-check=%(objectname)'], {
    gitDir: repository.dir,
    input: commits.map((commit) => `${commit}\n`).join(''),
  })
  return new Set(
    stdout
      .toString('utf8')
      .split('\n')
      .filter((line) => line.endsWith(' missing'))
      .map((line) => line.slice(0, -' missing'.length)),
  )
}

/**
 * Stores the pack that begins at `packAt` of a file among the repository's objects, once every object of it has been
 * checked.
 */
async function storePack(repository: JobRepository, file: string, packAt: number): Promise<void> {
  const dir = path.join(repository.dir, 'objects', 'pack')
  const pack = path.join(dir, `tmp_pack_${randomId()}`)
  try {
    await fs.promises.mkdir(dir, { recursive: true })
    await fs.promises.writeFile(pack, fs.createReadStream(file, { start: packAt }))
    await git(['index-pack', strictFlag, '-o', `${pack}.idx`, pack], { gitDir: repository.dir })
    const name = path.join(dir, `pack-${await checksumOf(pack)}`)
    await fs.promises.rename(pack, `${name}.pack`)
    await fs.promises.rename(`${pack}.idx`, `${name}.idx`)
  } finally {
    for (const leftover of [pack, `${pack}.idx`]) await fs.promises.rm(leftover, { force: true })
  }
}

/** Returns the SHA-1 of a pack, which is its last 20 bytes. */
async function checksumOf(pack: string): Promise<string> {
  const handle = await fs.promises.open(pack, 'r')
  try {
    const { size } = await handle.stat()
    const { buffer } = await handle.read(Buffer.alloc(20), 0, 20, size - 20)
    return buffer.toString('hex')
  } finally {
    await handle.close()
  }
}

/** Returns those of `commits` that cannot be reached from HEAD or any of `tips`. */
async function notReachable(
  repository: JobRepository,
  commits: readonly string[],
  tips: readonly string[],
): Promise<string[]> {
  if (commits.length === 0) return []
  const { stdout } = await git(['rev-list', '--stdin'], {
    gitDir: repository.dir,
    input: [...commits, '^HEAD', ...tips.map((tip) => `^${tip}`)].join('\n'),
  })
  const listed = new Set(stdout.toString('utf8').split('\n'))
  return [...new Set(commits)].filter((commit) => listed.has(commit))
}
