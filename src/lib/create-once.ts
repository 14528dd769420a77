import fs from 'node:fs'
import { randomId } from './chance.ts'

/**
 * Returns the content of a private file, created by the first caller: concurrent processes all get the same content. The
 * file appears whole or not at all.
 */
export function createOnce(file: string, make: () => string): string {
  if (!fs.existsSync(file)) {
    const own = `${file}.${randomId()}`
    fs.writeFileSync(own, make(), { mode: 0o600, flag: 'wx', flush: true })
    try {
      fs.linkSync(own, file)
    } catch (error) {
      // Another process was faster: its content counts.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    } finally {
      fs.rmSync(own, { force: true })
    }
  }
  return fs.readFileSync(file, 'utf8')
}
