/** Opens the browser of whoever sits at this machine. */
import { spawn } from 'node:child_process'

/** The program that opens an address with the person's own browser; null where nobody could see it. */
export function browserOpener(platform: NodeJS.Platform, hasDisplay: boolean): string | null {
  if (platform === 'darwin') return 'open'
  return hasDisplay ? 'xdg-open' : null
}

/** Hands the address over and waits for nothing: where it cannot be opened, the link that was printed is the way. */
export function openBrowser(opener: string, address: string): void {
  const child = spawn(opener, [address], { detached: true, stdio: 'ignore' })
  child.once('error', () => child.unref())
  child.unref()
}
