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

/** Removes what was made here so far: a server leaves some 50 MB, and there are hundreds in a run. */
export function removeMade(): void {
  for (const dir of made) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  made.clear()
}
