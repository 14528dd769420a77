import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const made = new Set<string>()

/** A new directory below the system's own for such; `removeMade` takes it away. */
export function makeDir(prefix: string): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), prefix))
  made.add(dir)
  return dir
}

const started = new Set<ChildProcess>()

/** Has a process end with the file that started it, also where a test failed before it could end it. */
export function endWithFile(child: ChildProcess): void {
  started.add(child)
  child.once('exit', () => started.delete(child))
}

/**
 * Ends the processes that still run, and removes the directories: a server leaves some 50 MB, and there are hundreds in a
 * run.
 */
export async function removeMade(): Promise<void> {
  for (const child of started) {
    const ended = once(child, 'exit')
    if (child.kill('SIGKILL')) await ended
  }
  for (const dir of made) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  made.clear()
}
