/** Opens a browser on this machine. */
import { spawn } from 'node:child_process'

/** Returns the program that opens an address in the person's browser; null without a display. */
export function browserOpener(platform: NodeJS.Platform, hasDisplay: boolean): string | null {
  if (platform === 'darwin') return 'open'
  return hasDisplay ? 'xdg-open' : null
}

/** Starts the program without waiting for it: if it fails, the printed link can be used. */
export function openBrowser(opener: string, address: string): void {
  const child = spawn(opener, [address], { detached: true, stdio: 'ignore' })
  child.once('error', () => child.unref())
  child.unref()
}
