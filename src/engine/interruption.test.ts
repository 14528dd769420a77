import fs from 'node:fs'
import { expect, it } from 'vitest'
import { isDiskFull } from './interruption.ts'

it('a full disk is known by the errors that it gives to the server, and to git', async () => {
  const own = await fs.promises.writeFile('/dev/full', 'x').catch((error: unknown) => error)
  expect(isDiskFull(own)).toBe(true)
  expect(isDiskFull(new Error('git clone failed: unable to write file x: No space left on device'))).toBe(
    true,
  )
  expect(isDiskFull(new Error('no such file'))).toBe(false)
})
