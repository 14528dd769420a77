import fs from 'node:fs'
import path from 'node:path'
import { randomId } from '../lib/chance.ts'

/**
 * The directory for trees to be removed. Removing a large tree takes seconds, so it is first moved to the trash, which
 * takes no time; what a crash leaves there is removed at the next start.
 */
const trashOf = (dataDir: string): string => path.join(dataDir, 'trash')

/** Moves a directory to the trash at once and removes it in the background. A missing directory is not an error. */
export async function discard(dir: string, dataDir: string): Promise<void> {
  const trashed = path.join(trashOf(dataDir), randomId())
  await fs.promises.mkdir(trashOf(dataDir), { recursive: true, mode: 0o700 })
  try {
    await fs.promises.rename(dir, trashed)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw error
  }
  remove(trashed)
}

/** Removes, in the background, what earlier processes left in the trash. */
export function emptyTrash(dataDir: string): void {
  const trash = trashOf(dataDir)
  if (!fs.existsSync(trash)) return
  for (const name of fs.readdirSync(trash)) remove(path.join(trash, name))
}

function remove(target: string): void {
  fs.promises
    .rm(target, { recursive: true, force: true })
    .catch((error: unknown) => process.emitWarning(`${target} could not be removed: ${String(error)}`))
}
