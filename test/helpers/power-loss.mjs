// Loaded into a server with `--import`: keeps, for every file of the data directory, the contents it had when it was
// last forced to disk. What a power loss leaves is these contents; everything written since is gone.
import fs from 'node:fs'
import path from 'node:path'

const shadow = process.env.SLIPWAY_TEST_SHADOW
if (shadow !== undefined) {
  for (const name of ['fdatasyncSync', 'fsyncSync']) {
    const real = fs[name]
    fs[name] = (fd) => {
      real(fd)
      const file = fs.readlinkSync(`/proc/self/fd/${fd}`)
      if (!fs.fstatSync(fd).isFile()) return
      const copy = path.join(shadow, Buffer.from(file).toString('base64url'))
      fs.copyFileSync(file, `${copy}.new`)
      fs.renameSync(`${copy}.new`, copy)
    }
  }
}
