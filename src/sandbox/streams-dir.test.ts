import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { makeStreamsDir } from './streams-dir.ts'

it('a start removes what the previous one left, and nothing else that its note may name', () => {
  const runDir = fs.mkdtempSync(path.join(os.tmpdir(), 'run-'))
  const foreign = fs.mkdtempSync(path.join(os.tmpdir(), 'foreign-'))
  try {
    const first = makeStreamsDir(runDir)
    fs.writeFileSync(path.join(first, 's'), '')
    const second = makeStreamsDir(runDir)
    expect([fs.existsSync(first), fs.existsSync(second)]).toEqual([false, true])
    fs.rmSync(second, { recursive: true })
    fs.writeFileSync(path.join(runDir, 'streams'), foreign)
    fs.rmSync(makeStreamsDir(runDir), { recursive: true })
    expect(fs.existsSync(foreign)).toBe(true)
  } finally {
    for (const dir of [runDir, foreign]) fs.rmSync(dir, { recursive: true, force: true })
  }
})
