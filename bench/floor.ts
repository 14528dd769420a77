import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** The reference program, running. */
export interface Floor {
  readonly url: string
  readonly dir: string
  stop(): Promise<void>
}

export function startFloor(): Promise<Floor> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-floor-'))
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'programs', 'floor.mjs'), dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the floor ended with ${code}`)))
    child.stdout.once('data', (chunk: Buffer) =>
      resolve({
        url: chunk.toString().trim(),
        dir,
        async stop() {
          child.kill('SIGTERM')
          await ended
          fs.rmSync(dir, { recursive: true, force: true })
        },
      }),
    )
  })
}
