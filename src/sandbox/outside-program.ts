import fs from 'node:fs'
import path from 'node:path'

/** Directories of programs that an administrator installs. Agents and people's own tools are elsewhere. */
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
 * Returns the absolute path of a program that runs outside the walls; null when it is not installed. Only the system's
 * directories are searched, never a PATH, so that a file written by an agent is never found here.
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
    // Missing, or not executable for this user.
    return false
  }
}
