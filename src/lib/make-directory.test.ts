import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { makeDir } from '../../test/helpers/made-dirs.ts'
import { makeDirectory } from './make-directory.ts'

it('makes a directory and its parents once, private to its owner by default', () => {
  const root = makeDir('slipway-directory-')
  const modeOf = (name: string): number => fs.statSync(path.join(root, name)).mode & 0o777
  for (let n = 0; n < 2; n += 1) makeDirectory(path.join(root, 'a', 'b'))
  expect([modeOf('a'), modeOf('a/b')]).toEqual([0o700, 0o700])
  makeDirectory(path.join(root, 'c'), 0o755)
  expect(modeOf('c')).toBe(0o755)
})

it('fails where nothing can be created', () => {
  expect(() => makeDirectory('/proc/slipway/below')).toThrow('ENOENT')
  const file = path.join(makeDir('slipway-directory-'), 'file')
  fs.writeFileSync(file, '')
  expect(() => makeDirectory(path.join(file, 'below'))).toThrow('ENOTDIR')
})
