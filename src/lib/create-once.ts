import fs from 'node:fs'
import { randomId } from './chance.ts'

/**
 * Returns the content of a private file, created by the first caller: concurrent processes all get the same content. The
 * file appears whole or not at all.
 */
export function createOnce(file: string, make: () => string): string {
  if (!fs.existsSync(file)) {
    const mine = `${file}.${randomId()}`
    fs.writeFileSync(mine, make(), { mode: 0o600, flag: 'wx', flush: true })
    try {
      fs.linkSync(mine, file)
    } catch (error) {
      // Another process was faster: its content counts.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    } finally {
      fs.rmSync(mine, { force: true })
    }
  }
  return fs.readFileSync(file, 'utf8')
}
