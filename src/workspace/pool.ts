import fs from 'node:fs'
import path from 'node:path'
import { randomId } from '../lib/chance.ts'
import { makeEmptyRepository } from './empty-repository.ts'
import { openReadyTrees, type ReadyTrees } from './ready-trees.ts'

/**
 * What is made ahead, so that agents and checks do not wait for git: repositories for jobs that start from nothing, and work
 * trees. What a crash leaves is removed at the next start.
 */
export interface WorkspacePool {
  /** Moves a prepared repository to `target`; returns false when none is ready. */
  moveTo(target: string): Promise<boolean>
  readonly trees: ReadyTrees
  close(): Promise<void>
}

export function openPool(options: { dataDir: string; size: number }): WorkspacePool {
  const dir = path.join(options.dataDir, 'pool')
  fs.rmSync(dir, { recursive: true, force: true })
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
  const trees = openReadyTrees({ root: dir, size: options.size })
  const ready: string[] = []
  let closed = false
  let filling: Promise<void> | null = null

  const fill = async (): Promise<void> => {
    while (!closed && ready.length < options.size) {
      const directory = path.join(dir, randomId())
      await makeEmptyRepository(directory)
      ready.push(directory)
    }
  }
  const refill = (): void => {
    // A pool that cannot be filled costs only time: the job makes its own repository and reports the error.
    filling ??= fill()
      .catch((error: unknown) =>
        process.emitWarning(`the pool of repositories could not be filled: ${String(error)}`),
      )
      .finally(() => {
        filling = null
      })
  }
  refill()
  return {
    async moveTo(target) {
      const directory = ready.shift()
      if (directory === undefined) return false
      await fs.promises.rename(directory, target)
      refill()
      return true
    },
    trees,
    async close() {
      closed = true
      await trees.close()
      await filling
      await fs.promises.rm(dir, { recursive: true, force: true })
    },
  }
}
