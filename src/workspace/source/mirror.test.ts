import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { newId } from '../../lib/ids.ts'
import { prepareWorkspace } from '../attempt-workspace.ts'
import { deliverRepository } from '../deliver.ts'
import { ensureJobRepository, headCommit, type JobRepository } from '../job-repository.ts'
import { borrowedObjects, mirrorsDir, removeUnusedMirrors } from './mirror.ts'

const HOUR = 3_600_000
let root: string
let dataDir: string
let source: string

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-mirror-')))
  dataDir = path.join(root, 'data')
  fs.mkdirSync(dataDir)
  source = path.join(root, 'source')
  git(root, 'init', '-q', '-b', 'trunk', source)
  commit('one', 'x'.repeat(100_000))
})
afterEach(() => fs.rmSync(root, { recursive: true, force: true }))

function git(dir: string, ...args: string[]): string {
  const by = ['-c', 'user.name=A', '-c', 'user.email=a@b.invalid']
  return execFileSync('git', [...by, ...args], { cwd: dir, encoding: 'utf8' }).trim()
}

/** Commits a file of its own to the source. */
function commit(name: string, text: string): void {
  fs.writeFileSync(path.join(source, name), text)
  git(source, 'add', '.')
  git(source, 'commit', '-q', '-m', name)
}

function repositoryOf(jobId: string): Promise<JobRepository> {
  return ensureJobRepository({ dataDir, jobId, source, branch: 'trunk' })
}

/** The objects of a repository's own, loose or packed. */
function ownObjects(repository: JobRepository): number {
  const counted = git(repository.dir, 'count-objects', '-v')
  return ['count', 'in-pack'].reduce(
    (sum, name) => sum + Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(counted)?.[1]),
    0,
  )
}

function subjects(dir: string): string[] {
  return git(dir, 'log', '--format=%s', 'HEAD').split('\n')
}

it('the jobs of a source share one mirror, each at the newest commit of its start', async () => {
  const first = await repositoryOf(newId())
  commit('two', 'two')
  const [second, third] = await Promise.all([repositoryOf(newId()), repositoryOf(newId())])
  expect(subjects(first.dir)).toEqual(['one'])
  expect(subjects(second.dir)).toEqual(['two', 'one'])
  expect(subjects(third.dir)).toEqual(['two', 'one'])
  expect([first, second, third].map(ownObjects)).toEqual([0, 0, 0])
  expect(fs.readdirSync(mirrorsDir(dataDir))).toHaveLength(1)
})

it('a source with rewritten history provides the new one, and earlier jobs keep theirs', async () => {
  const before = await repositoryOf(newId())
  git(source, 'commit', '-q', '--amend', '-m', 'other')
  git(source, 'tag', 'v1')
  const after = await repositoryOf(newId())
  git(source, 'tag', '-d', 'v1')
  const last = await repositoryOf(newId())
  expect(subjects(before.dir)).toEqual(['one'])
  expect(subjects(after.dir)).toEqual(['other'])
  expect(git(after.dir, 'tag')).toBe('v1')
  expect(git(last.dir, 'tag')).toBe('')
  expect(git(after.dir, 'fsck', '--full', '--no-dangling')).toBe('')
})

it('a delivery is a complete repository, and a data directory that was moved still works', async () => {
  const jobId = newId()
  const repository = await repositoryOf(jobId)
  const { path: result } = await deliverRepository(repository, path.join(root, 'result'))
  const moved = path.join(root, 'moved')
  fs.renameSync(dataDir, moved)
  expect(subjects(result)).toEqual(['one'])
  expect(git(result, 'fsck', '--full')).toBe('')

  const there = { dir: path.join(moved, 'jobs', jobId, 'repo.git') }
  const attemptDir = path.join(moved, 'jobs', jobId, 'attempts', '1')
  const workspace = await prepareWorkspace(there, { attemptDir, commit: await headCommit(there) })
  expect(fs.readFileSync(path.join(workspace.dir, 'one'), 'utf8')).toHaveLength(100_000)
  expect(workspace.readable).toEqual([path.join(there.dir, 'objects'), ...borrowedObjects(there.dir)])
  expect(borrowedObjects(there.dir)[0]?.startsWith(mirrorsDir(moved))).toBe(true)
})

it('a mirror is removed when it is unused, but not while a job might be about to use it', async () => {
  const jobId = newId()
  await repositoryOf(jobId)
  const later = Date.now() + 2 * HOUR
  expect(await removeUnusedMirrors(dataDir, later)).toEqual([])
  fs.rmSync(path.join(dataDir, 'jobs', jobId), { recursive: true })
  expect(await removeUnusedMirrors(dataDir)).toEqual([])
  expect(await removeUnusedMirrors(dataDir, later)).toHaveLength(1)
  expect(fs.readdirSync(mirrorsDir(dataDir))).toEqual([])
})

it('there is no mirror before the first job with a source', async () => {
  expect(await removeUnusedMirrors(dataDir)).toEqual([])
})
