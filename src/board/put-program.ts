import fs from 'node:fs'
import path from 'node:path'
import { writeInside } from '../lib/inside-files.ts'

const program = path.join(import.meta.dirname, 'slipway-board.mjs')

/** The address of the board and an attempt's token for it. */
export interface BoardAccess {
  readonly url: string
  readonly token: string
}

/**
 * Copies `slipway-board` into an attempt's HOME and returns the directory to prepend to its PATH. The token is in a file,
 * because some agents hide tokens in the environment from their commands.
 */
export async function writeBoardProgram(home: string, nodePath: string, board: BoardAccess): Promise<string> {
  const dir = '.slipway-board'
  const copy = path.join(home, dir, 'slipway-board.mjs')
  await fs.promises.mkdir(home, { recursive: true, mode: 0o700 })
  await writeInside(home, `${dir}/slipway-board.mjs`, await fs.promises.readFile(program))
  await writeInside(home, `${dir}/board.json`, JSON.stringify(board))
  const start = `#!/bin/sh\nexec ${quoted(nodePath)} ${quoted(copy)} "$@"\n`
  await writeInside(home, `${dir}/slipway-board`, start, 0o700)
  return path.join(home, dir)
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`
}
