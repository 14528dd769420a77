/** Reads a secret from stdin, never from arguments, which every program on the machine can read. */
import type { ReadStream } from 'node:tty'
import { badUsage, exitCodes, Failure } from './failure.ts'
import type { Terminal } from './screen/terminal.ts'

/** Returns the contents of stdin; on a terminal it prompts without echo. */
export async function readSecret(name: string, terminal: Terminal): Promise<string> {
  const { stdin } = process
  const text = stdin.isTTY ? await askHidden(name, stdin, terminal) : await readAll(stdin)
  const value = text.trim()
  if (value === '')
    throw badUsage(`there is no ${name} on stdin`, 'pipe it in, or run the command in a terminal and type it')
  return value
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

async function askHidden(name: string, stdin: ReadStream, terminal: Terminal): Promise<string> {
  terminal.note(`The ${name} (it is not shown; Enter ends it):`)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  let typed = ''
  try {
    for await (const chunk of stdin as AsyncIterable<string>) {
      typed = withKeys(typed, chunk)
      if (/[\r\n]/.test(typed)) break
    }
    return typed.split(/[\r\n]/, 1)[0] ?? ''
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
  }
}

/** Returns the typed text after more keys; a paste arrives as many keys at once. */
function withKeys(typed: string, keys: string): string {
  if (keys.includes('\u0003')) throw new Failure('nothing was changed', { exitCode: exitCodes.interrupted })
  let now = typed
  for (const key of keys) now = key === '\u007f' ? now.slice(0, -1) : now + key
  return now
}
