import fs from 'node:fs'
import path from 'node:path'
import { writeInside } from '../lib/inside-files.ts'

const program = path.join(import.meta.dirname, 'slipway-board.mjs')

/** Where an attempt finds the board, and with which key. */
export interface BoardAccess {
  readonly url: string
  readonly token: string
}

/**
 * Puts `slipway-board` into an attempt's HOME and answers with the directory that belongs in front of its PATH. The key lies
 * in a file: some agents hide what is called a token from the environment of their commands.
 */
export async function putBoardProgram(home: string, nodePath: string, board: BoardAccess): Promise<string> {
  const dir = '.slipway-board'
  const copy = path.join(home, dir, 'slipway-board.mjs')
  await fs.promises.mkdir(home, { recursive: true, mode: 0o700 })
  await writeInside(home, `${dir}/slipway-board.mjs`, await fs.promises.readFile(program))
  await writeInside(home, `${dir}/board.json`, JSON.stringify(board))
  const start = `#!/bin/sh\nexec ${quoted(nodePath)} ${quoted(copy)} "$@"\n`
  await writeInside(home, `${dir}/slipway-board`, start, 0o700)
  return path.join(home, dir)
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
