import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openLauncher } from '../../src/sandbox/launcher.ts'

/**
 * How long starting a process stops the event loop of a process with a big heap: directly, through the product's
 * launcher, and, to compare, when nothing is started. Prints `{none, direct, launcher}`, each a list of milliseconds.
 */
const HEAP_BYTES = 500_000_000
const ROUNDS = 40
const CHUNK = 100_000

const ballast: number[][] = []
while (ballast.length * CHUNK * 8 < HEAP_BYTES)
  ballast.push(Array.from({ length: CHUNK }, (_, index) => index + 0.5))

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-stall-'))
const launcher = await openLauncher({ runDir: dir, masked: [] })
const home = path.join(dir, 'home')

/** The longest time between two turns of the loop while `act` goes on. */
async function longestGap(act: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let last = performance.now()
  let over = false
  const done = act().finally(() => {
    over = true
  })
  while (!over) {
    await new Promise<void>((resolve) => setImmediate(resolve))
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  await done
  return longest
}

const acts = {
  none: () => new Promise((resolve) => setTimeout(resolve, 10)),
  direct: () => new Promise((resolve) => spawn('/bin/true', [], { stdio: 'pipe' }).once('close', resolve)),
  launcher: async () => {
    const child = await launcher.launch({
      command: ['/bin/true'],
      cwd: dir,
      env: { PATH: '/usr/bin:/bin' },
      home,
      writable: [dir],
      readable: [],
      label: 'stall',
    })
    child.stdin.end()
    await child.exited
  },
}

const gaps: Record<string, number[]> = { none: [], direct: [], launcher: [] }
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, act] of Object.entries(acts)) gaps[name]?.push(await longestGap(act))
await launcher.close()
fs.rmSync(dir, { recursive: true, force: true })
process.stdout.write(JSON.stringify({ ...gaps, heap: process.memoryUsage().heapUsed, kept: ballast.length }))
