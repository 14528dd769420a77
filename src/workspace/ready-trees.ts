import fs from 'node:fs'
import path from 'node:path'
import { randomId } from '../lib/chance.ts'
import { startTimer, type Timer } from '../lib/timers.ts'
import type { JobRepository } from './job-repository.ts'
import { borrowedObjects } from './source/mirror.ts'
import { discard } from './trash.ts'
import { fillWorkTree, indexOf, makeWorkTree } from './work-tree.ts'

/**
 * Work trees with the files of the commits that were used last, made while nobody waits for them. Taking one is a rename,
 * and writing those files that differ from the wanted commit. What a crash leaves is removed at the next start.
 */
export interface ReadyTrees {
  /** Moves a work tree with the files of `commit` to `dir`. Returns false when none is ready: nothing is there then. */
  take(repository: JobRepository, commit: string, dir: string): Promise<boolean>
  /** Removes those that are ready, to make room on the disk. */
  clear(): Promise<void>
  close(): Promise<void>
}

interface ReadyTree {
  readonly dir: string
  readonly commit: string
}

/** The maximum number of sources for which trees are kept: those used last. */
const SOURCES = 3
const DELAY_MS = 1000

export interface ReadyTreesOptions {
  readonly dataDir: string
  /** How many are kept ready for each source. */
  readonly size: number
  /** The time in ms between the use of a tree and making the next, so that it does not hold up what uses the first. */
  readonly delayMs?: number
}

export function openReadyTrees({ dataDir, size, delayMs = DELAY_MS }: ReadyTreesOptions): ReadyTrees {
  const root = path.join(dataDir, 'trees')
  const remove = (dir: string): Promise<void> => discard(dir, dataDir)
  const shelves: Shelves = { ready: new Map(), wanted: new Map(), isClosed: false }
  let timer: Timer | null = null
  let filling = remove(root)

  const refill = (): void => {
    if (shelves.isClosed || size === 0) return
    timer ??= startTimer(delayMs, () => {
      timer = null
      filling = filling.then(() => fillShelves(shelves, { root, size, remove }))
    })
  }
  return {
    async take(repository, commit, dir) {
      const source = sourceOf(repository)
      const trees = shelves.ready.get(source) ?? []
      shelves.ready.delete(source)
      shelves.ready.set(source, trees)
      shelves.wanted.set(source, { repository, commit })
      refill()
      const tree = trees.shift()
      if (tree === undefined) return false
      const isMoved = await succeeds(moveTree(repository, tree, { dir, commit }))
      if (!isMoved) await remove(dir)
      return isMoved
    },
    async clear() {
      shelves.wanted.clear()
      for (const source of shelves.ready.keys()) await dropTrees(shelves, source, remove)
    },
    async close() {
      shelves.isClosed = true
      timer?.stop()
      await filling
      await remove(root)
    },
  }
}

interface Shelves {
  /** The trees by source, that used last at the end. */
  readonly ready: Map<string, ReadyTree[]>
  /** The commits to make trees of, by source. */
  readonly wanted: Map<string, { readonly repository: JobRepository; readonly commit: string }>
  isClosed: boolean
}

interface Filling {
  readonly root: string
  readonly size: number
  readonly remove: (dir: string) => Promise<void>
}

/** Makes the trees that are wanted, and removes those of sources that were used longest ago. */
async function fillShelves(shelves: Shelves, { root, size, remove }: Filling): Promise<void> {
  const { ready, wanted } = shelves
  for (const [source, { repository, commit }] of wanted) {
    wanted.delete(source)
    const trees = ready.get(source) ?? []
    ready.set(source, trees)
    const isWanted = (): boolean => !shelves.isClosed && ready.get(source) === trees
    while (isWanted() && trees.length < size) {
      const tree = { dir: path.join(root, randomId()), commit }
      const isMade = await succeeds(makeTree(repository, tree))
      if (isMade && isWanted()) trees.push(tree)
      else await remove(tree.dir)
      // A tree that cannot be made costs only time: whoever needs it makes it, and reports the error.
      if (!isMade) break
    }
  }
  for (const source of [...ready.keys()].slice(0, -SOURCES)) await dropTrees(shelves, source, remove)
}

async function dropTrees({ ready }: Shelves, source: string, remove: Filling['remove']): Promise<void> {
  const trees = ready.get(source) ?? []
  ready.delete(source)
  for (const { dir } of trees) await remove(dir)
}

async function makeTree(repository: JobRepository, { dir, commit }: ReadyTree): Promise<void> {
  await fs.promises.mkdir(dir, { recursive: true, mode: 0o700 })
  await makeWorkTree(dir)
  await fillWorkTree(repository, commit, { dir, index: indexOf(dir) })
}

async function moveTree(repository: JobRepository, from: ReadyTree, to: ReadyTree): Promise<void> {
  await fs.promises.rename(from.dir, to.dir)
  if (from.commit !== to.commit)
    await fillWorkTree(repository, to.commit, { dir: to.dir, index: indexOf(to.dir) })
}

function succeeds(made: Promise<void>): Promise<boolean> {
  return made.then(
    () => true,
    () => false,
  )
}

/** Returns what the repositories of jobs from one source have in common; those from nothing share one. */
function sourceOf({ dir }: JobRepository): string {
  return borrowedObjects(dir).join('\n')
}
