import fs from 'node:fs'
import path from 'node:path'
import { randomId } from '../lib/chance.ts'
import { startTimer, type Timer } from '../lib/timers.ts'
import type { JobRepository } from './job-repository.ts'
import { borrowedObjects } from './mirror.ts'
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
  /** The trees by source, that used last at the end. */
  const ready = new Map<string, ReadyTree[]>()
  const wanted = new Map<string, { readonly repository: JobRepository; readonly commit: string }>()
  let timer: Timer | null = null
  let filling = remove(root)
  let isClosed = false

  const make = async (repository: JobRepository, commit: string): Promise<ReadyTree> => {
    const dir = path.join(root, randomId())
    try {
      await fs.promises.mkdir(dir, { recursive: true, mode: 0o700 })
      await makeWorkTree(dir)
      await fillWorkTree(repository, commit, { dir, index: indexOf(dir) })
      return { dir, commit }
    } catch (error) {
      await remove(dir)
      throw error
    }
  }
  const fill = async (): Promise<void> => {
    for (const [source, { repository, commit }] of wanted) {
      wanted.delete(source)
      const trees = ready.get(source) ?? []
      ready.set(source, trees)
      const isWanted = (): boolean => !isClosed && ready.get(source) === trees
      while (isWanted() && trees.length < size) {
        const tree = await make(repository, commit)
        if (isWanted()) trees.push(tree)
        else await remove(tree.dir)
      }
    }
    for (const source of [...ready.keys()].slice(0, -SOURCES)) await drop(source)
  }
  const drop = async (source: string): Promise<void> => {
    const trees = ready.get(source) ?? []
    ready.delete(source)
    for (const { dir } of trees) await remove(dir)
  }
  const refill = (): void => {
    if (isClosed || size === 0) return
    timer ??= startTimer(delayMs, () => {
      timer = null
      // A tree that cannot be made costs only time: whoever needs it makes it, and reports the error.
      filling = filling.then(fill).catch(() => undefined)
    })
  }
  const clear = async (): Promise<void> => {
    wanted.clear()
    for (const source of ready.keys()) await drop(source)
  }
  return {
    async take(repository, commit, dir) {
      const source = sourceOf(repository)
      const trees = ready.get(source) ?? []
      ready.delete(source)
      ready.set(source, trees)
      wanted.set(source, { repository, commit })
      refill()
      const tree = trees.shift()
      if (tree === undefined) return false
      try {
        await fs.promises.rename(tree.dir, dir)
        if (tree.commit !== commit) await fillWorkTree(repository, commit, { dir, index: indexOf(dir) })
        return true
      } catch {
        await remove(dir)
        return false
      }
    },
    clear,
    async close() {
      isClosed = true
      timer?.stop()
      await filling
      await remove(root)
    },
  }
}

/** Returns what the repositories of jobs from one source have in common; those from nothing share one. */
function sourceOf({ dir }: JobRepository): string {
  return borrowedObjects(dir).join('\n')
}
