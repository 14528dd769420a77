import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { makeDir } from '../../test/helpers/made-dirs.ts'

const module = path.join(import.meta.dirname, 'create-once.ts')

it('gives all concurrent callers the same content, readable by its owner only', async () => {
  const dir = makeDir('slipway-once-')
  const program = `
    import { createOnce } from '${module}'
    for (let n = 0; n < 200; n += 1) console.log(createOnce('${dir}/file-' + n, () => String(Math.random())))`
  const asked = Array.from({ length: 4 }, () =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]),
  )
  const [first, ...rest] = (await Promise.all(asked)).map(({ stdout }) => stdout)
  for (const other of rest) expect(other).toBe(first)
  expect(fs.readdirSync(dir)).toHaveLength(200)
  expect(fs.statSync(path.join(dir, 'file-0')).mode & 0o777).toBe(0o600)
})
