import fs from 'node:fs'
import path from 'node:path'
import { cleanCheckout } from '../workspace/clean-checkout.ts'
import type { JobRepository } from '../workspace/job-repository.ts'
import type { ReadyTrees } from '../workspace/ready-trees.ts'
import { discard } from '../workspace/trash.ts'
import { runCommand, type CommandRoom } from './run-command.ts'

export interface StateOptions {
  readonly repository: JobRepository
  readonly commit: string
  /** A directory used by this run only. */
  readonly dir: string
  readonly dataDir: string
  readonly trees?: ReadyTrees
}

/**
 * The checkout and the HOME with which every command of a run begins. Their paths are the same for each command, because
 * the results of a setup (a virtual environment, a linked package) contain their own paths.
 */
export interface StartingState {
  readonly checkout: string
  readonly home: string
  /** Makes a clean checkout of the commit and an empty HOME. */
  begin(): Promise<void>
  /** Keeps the current state, made by the setup, for the following commands. */
  save(): Promise<void>
  /** Restores the kept state; the last command gets it without a copy. Returns null, or why it could not be copied. */
  restore(room: CommandRoom, which: 'last' | 'earlier'): Promise<string | null>
}

export function startingState(options: StateOptions): StartingState {
  const checkout = path.join(options.dir, 'checkout')
  const home = path.join(options.dir, 'home')
  const saved = path.join(options.dir, 'kept')
  const clear = async (): Promise<void> => {
    await removeTree(checkout, options.dataDir)
    await removeTree(home, options.dataDir)
  }
  return {
    checkout,
    home,
    async begin() {
      await clear()
      await fs.promises.mkdir(home, { recursive: true, mode: 0o700 })
      await cleanCheckout(options.repository, options.commit, checkout, options.trees)
    },
    async save() {
      await fs.promises.mkdir(saved, { mode: 0o700 })
      await fs.promises.rename(checkout, path.join(saved, 'checkout'))
      await fs.promises.rename(home, path.join(saved, 'home'))
    },
    async restore(room, which) {
      await clear()
      if (which === 'last') {
        await fs.promises.rename(path.join(saved, 'checkout'), checkout)
        await fs.promises.rename(path.join(saved, 'home'), home)
        return null
      }
      return copySaved(room, options.dir)
    },
  }
}

/**
 * Copies with `cp`, which shares blocks where the file system can, keeps times, links and holes, and is thirty times as
 * fast as Node's own copying. It runs inside the sandbox, because an untrusted program wrote the files.
 */
async function copySaved(room: CommandRoom, dir: string): Promise<string | null> {
  const share = process.platform === 'darwin' ? '-c' : '--reflink=auto'
  const home = path.join(dir, 'copier')
  await fs.promises.mkdir(home, { recursive: true, mode: 0o700 })
  const end = await runCommand(room, `cp -a ${share} kept/checkout kept/home .`, {
    cwd: dir,
    home,
    writable: [dir],
  })
  return end.passed ? null : `[what the setup made could not be copied for this command]\n${end.log}`
}

/** Removes a directory even when a command has removed the server's permissions on it. */
async function removeTree(dir: string, dataDir: string): Promise<void> {
  if (!fs.existsSync(dir)) return
  await fs.promises.chmod(dir, 0o700)
  await discard(dir, dataDir)
}
