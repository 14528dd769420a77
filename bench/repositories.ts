import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

/** Makes a git repository with so many small files in folders of a hundred, and one commit. */
export function makeRepository(dir: string, files: number): string {
  for (let n = 0; n < files; n += 1) {
    const folder = path.join(dir, `part-${Math.floor(n / 100)}`)
    if (n % 100 === 0) fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(path.join(folder, `file-${n}.js`), `export const number${n} = ${n}\n`.repeat(5))
  }
  const git = (...args: string[]): void => {
    execFileSync('git', [
      '-C',
      dir,
      '-c',
      'user.name=Bench',
      '-c',
      'user.email=bench@slipway.invalid',
      ...args,
    ])
  }
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'Begin')
  return dir
}
