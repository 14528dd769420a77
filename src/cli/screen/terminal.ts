/**
 * The output of the command line. Nothing reaches a terminal that could control it (see clean-text.ts), and colours are used
 * only on a terminal that supports and allows them.
 */
import { styleText } from 'node:util'
import { cleanText, safeJson } from './clean-text.ts'

export type Tone = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan'
/** Applies a tone to a text, or returns it unchanged when colours are disabled. */
export type Paint = (tone: Tone, text: string) => string

export const plainPaint: Paint = (_, text) => text
export const colourPaint: Paint = (tone, text) => styleText(tone, text, { validateStream: false })

export interface Terminal {
  readonly paint: Paint
  /** Whether stdout can be redrawn in place. */
  readonly isLive: boolean
  /** In columns and rows. Infinite when stdout is not a terminal, so that nothing is cut. */
  size(): { width: number; height: number }
  /** Prints a result: one or more lines on stdout. */
  print(text: string): void
  /** Prints a remark or an error: one or more lines on stderr. */
  note(text: string): void
  /** Prints a result for programs: one JSON value on stdout. */
  printJson(value: unknown): void
  /** Prints a JSON value on one line, for sequences. */
  printJsonLine(value: unknown): void
  /** Writes to stdout unchanged: only for raw bytes to a pipe or a file, and for cursor control. */
  write(data: string | Uint8Array): Promise<void>
}

/** Opens a terminal on the streams of this process. Node handles NO_COLOR and dumb terminals in `hasColors`. */
export function openTerminal(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Terminal {
  const colours = coloursOf(stdout)
  const errorColours = coloursOf(stderr)
  const line = (value: unknown, indent?: number): boolean => stdout.write(`${safeJson(value, indent)}\n`)
  return {
    paint: colours ? colourPaint : plainPaint,
    isLive: isTerminal(stdout),
    size: () => ({ width: isTerminal(stdout) ? stdout.columns || 80 : Infinity, height: stdout.rows || 24 }),
    print: (text) => void stdout.write(`${cleanText(text, colours)}\n`),
    note: (text) => void stderr.write(`${cleanText(text, errorColours)}\n`),
    printJson: (value) => void line(value, 2),
    printJsonLine: (value) => void line(value),
    write: (data) =>
      new Promise((resolve, reject) => {
        stdout.write(data, (error) => (error ? reject(error) : resolve()))
      }),
  }
}

/** `isTTY` is absent, not false, on a pipe. */
function isTerminal(stream: NodeJS.WriteStream): boolean {
  return Boolean(stream.isTTY)
}

function coloursOf(stream: NodeJS.WriteStream): boolean {
  return isTerminal(stream) && stream.hasColors()
}
