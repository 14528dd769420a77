import fs from 'node:fs'
import path from 'node:path'

/** Where an administrator installs programs. Agents and people's own tools are elsewhere. */
const SYSTEM_DIRS = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/run/current-system/sw/bin',
]

/**
 * Returns the absolute path of a program that runs outside the walls; null when it is not installed. It is looked up in
 * the directories of the system only, never in a PATH: what an agent writes must not be found here.
 */
export function outsideProgram(name: string, dirs: readonly string[] = SYSTEM_DIRS): string | null {
  const found = dirs.map((dir) => path.join(dir, name)).find(isExecutable)
  return found ?? null
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK)
    return true
  } catch {
    // Not there, or not for this user.
    return false
  }
}
