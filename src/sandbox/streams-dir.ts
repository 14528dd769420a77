import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/**
 * Makes the private directory for the sockets and fifos of a launcher. It is among the temporary files, because the path of
 * a socket must be short, and is noted in `runDir` first, so that the next start removes the directory of a killed server.
 */
export function makeStreamsDir(runDir: string): string {
  const note = path.join(runDir, 'streams')
  const earlier = fs.existsSync(note) ? fs.readFileSync(note, 'utf8') : ''
  if (path.dirname(earlier) === os.tmpdir() && /^slipway-[0-9a-f]{12}$/.test(path.basename(earlier)))
    fs.rmSync(earlier, { recursive: true, force: true })
  const dir = path.join(os.tmpdir(), `slipway-${randomBytes(6).toString('hex')}`)
  fs.writeFileSync(note, dir, { mode: 0o600 })
  fs.mkdirSync(dir, { mode: 0o700 })
  return dir
}
