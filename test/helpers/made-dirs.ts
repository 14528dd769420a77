import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const made = new Set<string>()

/** Creates a temporary directory; `removeMade` removes it. */
export function makeDir(prefix: string): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), prefix))
  made.add(dir)
  return dir
}

const started = new Set<ChildProcess>()

/** Ends a process with the test file that started it, even if a test failed before it could. */
export function endWithFile(child: ChildProcess): void {
  started.add(child)
  child.once('exit', () => started.delete(child))
}

/** Ends processes that still run and removes the directories: a server leaves some 50 MB, and a run starts hundreds. */
export async function removeMade(): Promise<void> {
  for (const child of started) {
    const ended = once(child, 'exit')
    if (child.kill('SIGKILL')) await ended
  }
  for (const dir of made) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  made.clear()
}
