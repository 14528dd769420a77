import fs from 'node:fs'
import path from 'node:path'
import { changedInIndex, readBlobs, type ChangedFile } from './compare-trees.ts'
import { findSecrets } from './find-secrets.ts'
import { git, type GitOptions } from './git/git.ts'
import type { JobRepository } from './job-repository.ts'

/** A path of a workspace that is not in its checkpoint, and why. A directory ends with a slash. */
export interface LeftOut {
  readonly path: string
  readonly why: string
}

/** The maximum number of paths listed: more than a person reads. */
const MAX_LISTED = 100
const MAX_SCANNED = 2000
const SCANNED_BYTES = 500_000

/**
 * Files that do not belong in a repository by default: dependencies and caches that tools recreate, core files, files with
 * secrets. Gitignore patterns. Tracked files stay tracked, and a `.gitignore` of the repository takes precedence.
 */
const junk = `
node_modules/
.pnpm-store/
.venv/
venv/
__pycache__/
*.py[co]
*.egg-info/
.eggs/
.pytest_cache/
.mypy_cache/
.ruff_cache/
.tox/
.nox/
.gradle/
.cache/
.parcel-cache/
.turbo/
.nyc_output/
.DS_Store
/core
!/core/
core.[0-9]*
!core.*.*
vgcore.[0-9]*
.env
.env.*
!.env.example
!.env.sample
!.env.template
!.env.dist
!.env.defaults
id_rsa
id_dsa
id_ecdsa
id_ed25519
*.p12
*.pfx
*.jks
.netrc
.git-credentials
`.trim()

/** Files of tools that build into `target/`, which is an ordinary name without them. */
const targetMakers = ['Cargo.toml', 'pom.xml']

/** Returns the patterns of files left out of a checkpoint, for git's `core.excludesFile`. */
export async function junkPatterns(workTree: string): Promise<string> {
  const entries = await fs.promises.readdir(workTree, { withFileTypes: true })
  const dirs = entries.filter((entry) => entry.isDirectory() && /^[\w.-]+$/.test(entry.name))
  const targets = ['', ...dirs.map(({ name }) => `${name}/`)].filter((dir) =>
    targetMakers.some((file) =>
      fs.lstatSync(path.join(workTree, dir, file), { throwIfNoEntry: false })?.isFile(),
    ),
  )
  return `${junk}\n${targets.map((dir) => `/${dir}target/\n`).join('')}`
}

/**
 * Returns the files that the junk patterns left out, and removes newly added secrets from the index: new files entirely,
 * changed files by restoring their version at `base`.
 */
export async function leaveOut(
  repository: JobRepository,
  own: GitOptions,
  { base, patterns, reports }: { readonly base: string; readonly patterns: string; readonly reports: string },
): Promise<LeftOut[]> {
  const leftOut = [
    ...(await junkOf(own, patterns, reports)),
    ...(await withoutSecrets(repository, own, base)),
  ]
  if (leftOut.length <= MAX_LISTED) return leftOut
  return [...leftOut.slice(0, MAX_LISTED), { path: '…', why: `and ${leftOut.length - MAX_LISTED} more` }]
}

/** Returns the paths that git would have added without the patterns. */
async function junkOf(own: GitOptions, patterns: string, reports: string): Promise<LeftOut[]> {
  const ignored = async (by: string): Promise<string[]> => {
    const args = ['ls-files', '--others', '--ignored', '--directory', '-z', by]
    const { stdout } = await git(args, own)
    return stdout
      .toString('utf8')
      .split('\0')
      .filter((name) => name !== '')
  }
  const ownRules = await ignored('--exclude-per-directory=.gitignore')
  const isOwn = (name: string): boolean =>
    ownRules.some((rule) => name === rule || (rule.endsWith('/') && name.startsWith(rule)))
  const names = await ignored(`--exclude-from=${patterns}`)
  // Git also lists directories that contain nothing else.
  const isParent = (name: string): boolean =>
    name.endsWith('/') && names.some((other) => other !== name && other.startsWith(name))
  return names
    .filter((name) => !name.startsWith(`${reports}/`) && !isOwn(name) && !isParent(name))
    .map((name) => ({ path: name, why: junkReason(name) }))
}

function junkReason(name: string): string {
  if (/(?:^|\/)(?:\.env(?:\..*)?|id_\w+|\.netrc|\.git-credentials)$|\.(?:p12|pfx|jks)$/.test(name))
    return 'a file for secrets'
  if (/(?:^|\/)(?:vg)?core(?:\.\d+)?$/.test(name)) return 'a core file'
  return 'made by a tool, which makes it again'
}

async function withoutSecrets(repository: JobRepository, own: GitOptions, base: string): Promise<LeftOut[]> {
  const changed = (await changedInIndex(own, base)).slice(0, MAX_SCANNED)
  const ids = changed.flatMap(({ before, after }) => [before, after]).filter((id) => id !== null)
  const texts = await readBlobs(repository, ids, SCANNED_BYTES)
  const leftOut: LeftOut[] = []
  for (const file of changed) {
    const text = file.after === null ? undefined : texts.get(file.after)
    if (text === undefined || text.includes('\0')) continue
    const found = await findSecrets(file.path, text)
    const previousText = found.length === 0 || file.before === null ? '' : (texts.get(file.before) ?? '')
    const added = found.find(({ secret }) => !previousText.includes(secret))
    if (added === undefined) continue
    await unstage(own, file)
    leftOut.push({ path: file.path, why: `it holds a secret (${added.kind})` })
  }
  return leftOut
}

async function unstage(own: GitOptions, { path: name, before, beforeMode }: ChangedFile): Promise<void> {
  await (before === null
    ? git(['update-index', '--force-remove', '--', name], own)
    : git(['update-index', '--cacheinfo', `${beforeMode},${before},${name}`], own))
}
