import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { overwriteInside, readInside, UnsafePathError, writeInside } from './inside-files.ts'

let root: string
let outside: string

beforeEach(() => {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-inside-'))
  root = path.join(made, 'root')
  outside = path.join(made, 'outside')
  for (const dir of [root, outside]) fs.mkdirSync(dir)
  fs.writeFileSync(path.join(outside, 'secret'), 'canary')
})
afterEach(() => fs.rmSync(path.dirname(root), { recursive: true }))

/** Every way in which `place` may lead out of the root, set up one after the other. */
const traps: readonly [string, (place: string) => void][] = [
  ['a link to a file', (place) => fs.symlinkSync(path.join(outside, 'secret'), place)],
  ['a link to a file that is not there', (place) => fs.symlinkSync(path.join(outside, 'new'), place)],
  ['a named pipe', (place) => execFileSync('mkfifo', [place])],
  ['a directory', (place) => fs.mkdirSync(place)],
]

function untouched(): void {
  expect(fs.readdirSync(outside)).toEqual(['secret'])
  expect(fs.readFileSync(path.join(outside, 'secret'), 'utf8')).toBe('canary')
}

describe.each(traps)('in place of a file there is %s', (_, set) => {
  it('nothing is read through it', async () => {
    set(path.join(root, 'place'))
    await expect(readInside(root, 'place', 100)).rejects.toThrow(UnsafePathError)
  })

  it('the server writes a new file in its place, or nothing', async () => {
    set(path.join(root, 'place'))
    const refusal = await writeInside(root, 'place', 'new').catch((error: unknown) => error)
    expect([undefined, 'UnsafePathError']).toContain(refusal instanceof Error ? refusal.name : refusal)
    untouched()
  })

  it('an agent writes nothing through it', async () => {
    set(path.join(root, 'place'))
    await expect(overwriteInside(root, 'place', 'new', 100)).rejects.toThrow(/link|regular|directory|ENXIO/)
    untouched()
  })
})

it('no directory of the path may be a link', async () => {
  fs.symlinkSync(outside, path.join(root, 'dir'))
  await expect(readInside(root, 'dir/secret', 100)).rejects.toThrow('leads through a link')
  await expect(writeInside(root, 'dir/secret', 'x')).rejects.toThrow('leads through a link')
  await expect(overwriteInside(root, 'dir/deeper/x', 'x', 100)).rejects.toThrow('leads through a link')
  untouched()
})

it.each(['../outside/secret', '/etc/passwd', 'a/../../outside/secret', '.'])(
  '%j is refused',
  async (place) => {
    await expect(readInside(root, place, 100)).rejects.toThrow(UnsafePathError)
    await expect(writeInside(root, place, 'x')).rejects.toThrow(UnsafePathError)
    untouched()
  },
)

it('files are read and written together with their directories', async () => {
  await writeInside(root, 'a/b/c.txt', 'first', 0o700)
  expect(fs.statSync(path.join(root, 'a/b/c.txt')).mode & 0o777).toBe(0o700)
  expect(String(await readInside(root, 'a/b/c.txt', 5))).toBe('first')
  await writeInside(root, 'a/b/c.txt', 'second')
  expect(fs.statSync(path.join(root, 'a/b/c.txt')).mode & 0o777).toBe(0o600)
  await overwriteInside(root, 'a/b/c.txt', 'third', 100)
  expect(String(await readInside(root, path.join(root, 'a/b/c.txt'), 100))).toBe('third')
  expect(await readInside(root, 'a/b/missing', 100)).toBeNull()
  await expect(readInside(root, 'a/b/c.txt', 4)).rejects.toThrow('larger than 4 bytes')
  await expect(overwriteInside(root, 'x', '12345', 4)).rejects.toThrow('larger than 4 bytes')
})

it.runIf(process.getuid?.() === 0)(
  'a file written by root belongs to the owner of the directory',
  async () => {
    fs.chownSync(root, 54_321, 54_321)
    await writeInside(root, 'made/file', 'x')
    const owners = ['made', 'made/file'].map((name) => fs.statSync(path.join(root, name)).uid)
    expect(owners).toEqual([54_321, 54_321])
  },
)
