import fs from 'node:fs'
import { git } from './git.ts'
import type { JobRepository } from './job-repository.ts'

/** Fills a new directory with exactly the tree of a commit: no `.git` and no other files. */
export async function cleanCheckout(repository: JobRepository, commit: string, dir: string): Promise<void> {
  await fs.promises.rm(dir, { recursive: true, force: true })
  await fs.promises.mkdir(dir, { recursive: true, mode: 0o700 })
  const index = `${dir}.index`
  try {
    const own = { gitDir: repository.dir, workTree: dir, index, cwd: dir }
    await git(['read-tree', commit], own)
    await git(['-c', 'core.bare=false', 'checkout-index', '--all', '--force'], own)
  } finally {
    await fs.promises.rm(index, { force: true })
  }
}
