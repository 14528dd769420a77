import fs from 'node:fs'
import path from 'node:path'

/** Whether the files that this server runs from are those with which it was started. */
export interface OwnProgram {
  /** Looks: what has become of them, as the end of a sentence; null while all is as it was. */
  look(): Promise<string | null>
  /** Whether they have been seen otherwise at or after this time, in epoch milliseconds. Looks too. */
  wasUpgradedSince(ms: number): Promise<boolean>
}

/** What is to be done about it, as it is said everywhere. */
export const upgradeSentence = 'Slipway was upgraded: restart the server'

/** What an installation cannot be without, from its root: what is started anew while a server runs. */
const parts = [
  'package-lock.json',
  'node_modules',
  'src/own-agents/offline/main.ts',
  'src/own-agents/team/main.ts',
  'src/sandbox/spawn-helper.mjs',
  'src/workspace/git-helper.mjs',
  'src/board/slipway-board.mjs',
]

/** Watches the installation at `root`, of which a server of `version` is running. */
export function openOwnProgram(root: string, version: string): OwnProgram {
  let seenAt = Number.NEGATIVE_INFINITY
  const look = async (): Promise<string | null> => {
    const found = (await versionTrouble(root, version)) ?? (await missingPart(root))
    if (found !== null) seenAt = Date.now()
    return found
  }
  return {
    look,
    async wasUpgradedSince(ms) {
      await look()
      return seenAt >= ms
    },
  }
}

async function versionTrouble(root: string, version: string): Promise<string | null> {
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

async function isThere(place: string): Promise<boolean> {
  try {
    await fs.promises.access(place)
    return true
  } catch {
    return false
  }
}
