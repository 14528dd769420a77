import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeDir } from '../../test/helpers/made-dirs.ts'
import { gitIn, makeSource } from '../../test/helpers/source-repository.ts'
import { until } from '../../test/helpers/until.ts'
import { newId } from '../lib/ids.ts'
import { prepareWorkspace } from './attempt-workspace.ts'
import { cleanCheckout } from './clean-checkout.ts'
import { ensureJobRepository, headCommit, type JobRepository } from './job-repository.ts'
import { openReadyTrees, type ReadyTrees } from './ready-trees.ts'

const SIZE = 2
let dataDir: string
let root: string
let source: string
let trees: ReadyTrees

beforeEach(() => {
  dataDir = makeDir('slipway-trees-')
  root = path.join(dataDir, 'trees')
  source = makeSource(path.join(dataDir, 'source'))
  fs.mkdirSync(path.join(source, 'dir'))
  fs.writeFileSync(path.join(source, 'dir', 'removed.txt'), 'gone\n')
  gitIn(source, ['add', '.'])
  gitIn(source, ['commit', '-qm', 'three'])
  trees = openReadyTrees({ dataDir, size: SIZE, delayMs: 0 })
})
afterEach(() => trees.close())

const repositoryOf = (from: string | null): Promise<JobRepository> =>
  ensureJobRepository({ dataDir, jobId: newId(), source: from, branch: from === null ? 'main' : 'trunk' })

/** Waits until as many trees are ready as there may be, all of them complete. */
const areReady = (count = SIZE): Promise<true> =>
  until('the trees that are made ahead', 20_000, async () => {
    const made = (fs.existsSync(root) ? fs.readdirSync(root) : []).filter((name) =>
      fs.existsSync(path.join(root, name, '.git', 'index')),
    )
    return made.length === count &&
      !made.some((name) => fs.existsSync(path.join(root, name, '.git', 'index.lock')))
      ? true
      : null
  })

/** Returns what identifies the trees that are ready, wherever they are moved. */
const inodes = (file = '.'): number[] =>
  fs.readdirSync(root).map((name) => fs.statSync(path.join(root, name, file)).ino)

/** Makes SIZE trees at this commit by the first use of it. */
async function useFirst(repository: JobRepository, commit: string): Promise<void> {
  expect(await trees.take(repository, commit, path.join(dataDir, 'first'))).toBe(false)
  expect(fs.existsSync(path.join(dataDir, 'first'))).toBe(false)
  await areReady()
}

const listed = (dir: string): string =>
  execFileSync('find', ['.', '-path', './.git', '-prune', '-o', '-printf', '%p %y %m %l\n'], {
    cwd: dir,
    encoding: 'utf8',
  })
    .split('\n')
    .toSorted()
    .join('\n')

it('a tree is taken once, with the files of the commit, and others are made in its place', async () => {
  const repository = await repositoryOf(source)
  const commit = await headCommit(repository)
  await useFirst(repository, commit)
  const made = inodes()
  const taken = [path.join(dataDir, 'a'), path.join(dataDir, 'b')]
  for (const dir of taken) {
    expect(await trees.take(repository, commit, dir)).toBe(true)
    expect(fs.readFileSync(path.join(dir, 'one.txt'), 'utf8')).toBe('one\n')
    expect(fs.statSync(dir).mode & 0o777).toBe(0o700)
  }
  expect(new Set(taken.map((dir) => fs.statSync(dir).ino))).toEqual(new Set(made))
  await areReady()
})

it('a tree of an earlier commit becomes exactly the wanted one, for a clone and for a checkout', async () => {
  const first = await repositoryOf(source)
  await useFirst(first, await headCommit(first))
  const unchanged = inodes('one.txt')

  fs.writeFileSync(path.join(source, 'two.txt'), 'after\n')
  fs.rmSync(path.join(source, 'dir'), { recursive: true })
  fs.writeFileSync(path.join(source, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 })
  fs.symlinkSync('run.sh', path.join(source, 'link'))
  gitIn(source, ['add', '--all'])
  gitIn(source, ['commit', '-qm', 'Change'])
  // Another job of the same source: it borrows from the same mirror.
  const second = await repositoryOf(source)
  const commit = await headCommit(second)

  const checkout = path.join(dataDir, 'checkout')
  await cleanCheckout(second, commit, checkout, trees)
  const anew = path.join(dataDir, 'anew')
  await cleanCheckout(second, commit, anew)
  expect(listed(checkout)).toBe(listed(anew))
  expect(fs.existsSync(path.join(checkout, '.git'))).toBe(false)
  expect(fs.readFileSync(path.join(checkout, 'two.txt'), 'utf8')).toBe('after\n')
  // What did not change was not written again.
  expect(unchanged).toContain(fs.statSync(path.join(checkout, 'one.txt')).ino)

  const { dir } = await prepareWorkspace(second, { attemptDir: path.join(dataDir, 'attempt'), commit, trees })
  expect(listed(dir)).toBe(listed(anew))
  expect(gitIn(dir, ['status', '--porcelain'])).toBe('')
  expect(gitIn(dir, ['log', '--format=%s'])).toContain('Change')
  expect(gitIn(dir, ['branch', '--show-current'])).toBe('trunk')
})

it('jobs from nothing share trees, and sources do not', async () => {
  const empty = await repositoryOf(null)
  await useFirst(empty, await headCommit(empty))
  const made = inodes()
  const other = await repositoryOf(null)
  const { dir } = await prepareWorkspace(other, {
    attemptDir: path.join(dataDir, 'attempt'),
    commit: await headCommit(other),
    trees,
  })
  expect(made).toContain(fs.statSync(dir).ino)
  expect(fs.readdirSync(dir)).toEqual(['.git'])
  expect(gitIn(dir, ['status', '--porcelain'])).toBe('')
  const repository = await repositoryOf(source)
  expect(await trees.take(repository, await headCommit(repository), path.join(dataDir, 'no'))).toBe(false)
})

it('none is left after clear, and none is made after close', async () => {
  const repository = await repositoryOf(source)
  const commit = await headCommit(repository)
  await useFirst(repository, commit)
  await trees.clear()
  expect(fs.readdirSync(root)).toEqual([])
  expect(await trees.take(repository, commit, path.join(dataDir, 'no'))).toBe(false)
  await trees.close()
  expect(fs.existsSync(root)).toBe(false)
})
