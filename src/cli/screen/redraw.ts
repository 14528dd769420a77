/**
 * Draws lines in place of the previous ones. No flicker (one write per frame, none when nothing changed, with synchronized
 * output), a visible cursor afterwards, and a clean screen after the window was made narrower.
 */
import stringWidth from 'string-width'
import { cleanText } from './clean-text.ts'
import type { Terminal } from './terminal.ts'

export interface Redraw {
  /** Replaces the shown lines with these. */
  frame(lines: readonly string[]): void
  /** Removes the lines, so that ordinary output can follow. */
  clear(): void
  /** Like `clear`, and restores the cursor. Safe to call twice. */
  close(): void
}

const csi = `${String.fromCharCode(27)}[`
const beginFrame = `${csi}?2026h`
const endFrame = `${csi}?2026l`
const hideCursor = `${csi}?25l`
const showCursor = `${csi}?25h`
const eraseRest = `${csi}K`
const eraseBelow = `${csi}J`

export function openRedraw(
  write: (text: string) => void,
  terminal: Pick<Terminal, 'size'>,
  styles: boolean,
): Redraw {
  let shown: string[] = []
  let closed = false

  /** A line drawn when the window was wider takes more than one row now. */
  const rows = (): number => {
    const { width } = terminal.size()
    return shown.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(stringWidth(cleanText(line, false)) / width)),
      0,
    )
  }
  const home = (): string => (shown.length === 0 ? '' : `${csi}${rows()}A\r`)
  const clear = (): void => {
    if (shown.length > 0) write(`${beginFrame}${home()}${eraseBelow}${endFrame}`)
    shown = []
  }
  const onExit = (): void => write(showCursor)
  write(hideCursor)
  process.once('exit', onExit)
  return {
    clear,
    frame(lines) {
      if (closed) return
      const next = lines.map((line) => cleanText(line, styles).replaceAll('\n', ' '))
      if (next.length === shown.length && next.every((line, index) => line === shown[index])) return
      write(
        `${beginFrame}${home()}${next.map((line) => `${line}${eraseRest}\n`).join('')}${eraseBelow}${endFrame}`,
      )
      shown = next
    },
    close() {
      if (closed) return
      closed = true
      clear()
      process.off('exit', onExit)
      write(showCursor)
    },
  }
}
