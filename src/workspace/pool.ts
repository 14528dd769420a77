import fs from 'node:fs'
import path from 'node:path'
import { randomId } from '../lib/chance.ts'
import { makeEmptyRepository } from './empty-repository.ts'

/**
 * Repositories made ahead for jobs that start from nothing, so that their first agent does not wait for git. One is taken
 * by renaming it; what a crash leaves is removed at the next start.
 */
export interface WorkspacePool {
  /** Moves a prepared repository to `target`; returns false when none is ready. */
  moveTo(target: string): Promise<boolean>
  close(): Promise<void>
}

export function openPool(options: { dataDir: string; size: number }): WorkspacePool {
  const dir = path.join(options.dataDir, 'pool')
  fs.rmSync(dir, { recursive: true, force: true })
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
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
    async close() {
      closed = true
      await filling
      await fs.promises.rm(dir, { recursive: true, force: true })
    },
  }
}
