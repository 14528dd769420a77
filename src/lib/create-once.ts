import { randomUUID } from 'node:crypto'
import fs from 'node:fs'

/**
 * The content of a private file, made by the first who asks: of several processes that ask at once, all get the same. The
 * file appears whole or not at all.
 */
export function createOnce(file: string, make: () => string): string {
  if (!fs.existsSync(file)) {
    const mine = `${file}.${randomUUID()}`
    fs.writeFileSync(mine, make(), { mode: 0o600, flag: 'wx', flush: true })
    try {
      fs.linkSync(mine, file)
    } catch (error) {
      // Another was faster: its content counts.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    } finally {
      fs.rmSync(mine, { force: true })
    }
  }
  return fs.readFileSync(file, 'utf8')
}
