import fs from 'node:fs'
import path from 'node:path'
import type { JobRepository } from './job-repository.ts'
import type { ReadyTrees } from './ready-trees.ts'
import { fillWorkTree } from './work-tree.ts'

/** Fills a new directory with exactly the tree of a commit: no `.git` and no other files. */
export async function cleanCheckout(
  repository: JobRepository,
  commit: string,
  dir: string,
  trees?: ReadyTrees,
): Promise<void> {
  await fs.promises.rm(dir, { recursive: true, force: true })
  await fs.promises.mkdir(path.dirname(dir), { recursive: true, mode: 0o700 })
  if (await trees?.take(repository, commit, dir)) {
    await fs.promises.rm(path.join(dir, '.git'), { recursive: true })
    return
  }
  await fs.promises.mkdir(dir, { mode: 0o700 })
  const index = `${dir}.index`
  try {
    await fillWorkTree(repository, commit, { dir, index })
  } finally {
    await fs.promises.rm(index, { force: true })
  }
}
