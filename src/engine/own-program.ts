import fs from 'node:fs'
import path from 'node:path'
import { programFile } from '../lib/program-files.ts'
import { clock } from '../lib/clock.ts'

/** Checks whether the files that this server runs from are still those it was started with. */
export interface OwnProgram {
  /** Checks the files. Returns what has changed, as the end of a sentence, or null when nothing has. */
  check(): Promise<string | null>
  /** Whether a change has been seen at or after this time, in epoch milliseconds. Checks first. */
  wasUpgradedSince(ms: number): Promise<boolean>
}

/** The advice shown wherever this is reported. */
export const upgradeSentence = 'Slipway was upgraded: restart the server'

const ownRoot = path.join(import.meta.dirname, '..', '..')

/** Paths, from the root, that an installation needs because they are started again while a server runs. */
const parts = [
  'package-lock.json',
  'node_modules',
  path.relative(ownRoot, programFile('offline')),
  path.relative(ownRoot, programFile('team')),
  'src/sandbox/spawn-helper.mjs',
  'src/workspace/git/git-helper.mjs',
  'src/board/slipway-board.mjs',
]

/** Watches the installation at `root`; `version` is the version of the running server. */
export function openOwnProgram(root: string, version: string): OwnProgram {
  let seenAt = Number.NEGATIVE_INFINITY
  const check = async (): Promise<string | null> => {
    const found = (await versionProblem(root, version)) ?? (await missingPart(root))
    if (found !== null) seenAt = clock.now()
    return found
  }
  return {
    check,
    async wasUpgradedSince(ms) {
      await check()
      return seenAt >= ms
    },
  }
}

async function versionProblem(root: string, version: string): Promise<string | null> {
  try {
    const text = await fs.promises.readFile(path.join(root, 'package.json'), 'utf8')
    const manifest: unknown = JSON.parse(text)
    const there = manifest instanceof Object && 'version' in manifest ? String(manifest.version) : 'none'
    return there === version ? null : `version ${version} runs and ${there} is installed`
  } catch {
    return `version ${version} runs and its package.json cannot be read`
  }
}

async function missingPart(root: string): Promise<string | null> {
  for (const part of parts) if (!(await isThere(path.join(root, part)))) return `${part} is gone`
  return (await isThere(process.execPath)) ? null : 'its Node.js is gone'
}

async function isThere(file: string): Promise<boolean> {
  try {
    await fs.promises.access(file)
    return true
  } catch {
    return false
  }
}
