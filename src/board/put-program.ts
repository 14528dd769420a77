import fs from 'node:fs'
import path from 'node:path'

const program = path.join(import.meta.dirname, 'slipway-board.mjs')

/** Where an attempt finds the board, and with which key. */
export interface BoardWay {
  readonly url: string
  readonly token: string
}

/**
 * Puts `slipway-board` into an attempt's HOME and answers with the directory that belongs in front of its PATH. The key lies
 * in a file: some agents hide what is called a token from the environment of their commands.
 */
export async function putBoardProgram(home: string, nodePath: string, board: BoardWay): Promise<string> {
  const dir = path.join(home, '.slipway-board')
  const copy = path.join(dir, 'slipway-board.mjs')
  await fs.promises.mkdir(dir, { recursive: true, mode: 0o700 })
  await fs.promises.copyFile(program, copy)
  await fs.promises.writeFile(path.join(dir, 'board.json'), JSON.stringify(board), { mode: 0o600 })
  const start = `#!/bin/sh\nexec ${quoted(nodePath)} ${quoted(copy)} "$@"\n`
  await fs.promises.writeFile(path.join(dir, 'slipway-board'), start, { mode: 0o700 })
  return dir
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
