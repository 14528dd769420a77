import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { resolveSource } from './resolve-source.ts'

let root: string
let cwd: string
let home: string

beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'slipway-resolve-'))
  cwd = path.join(root, 'here', 'deep')
  home = path.join(root, 'home')
  for (const dir of [path.join(cwd, 'site'), path.join(cwd, 'a:b'), path.join(home, 'site')])
    mkdirSync(dir, { recursive: true })
})
afterAll(() => rmSync(root, { recursive: true }))

it.each([
  ['./site', 'here/deep/site'],
  ['site', 'here/deep/site'],
  ['site/', 'here/deep/site'],
  ['.', 'here/deep'],
  ['..', 'here'],
  ['../deep/site', 'here/deep/site'],
  ['./a:b', 'here/deep/a:b'],
  ['~/site', 'home/site'],
  ['~', 'home'],
])('%s is a complete path', (source, place) => {
  expect(resolveSource(source, { cwd, home })).toBe(path.join(root, place))
})

it.each([
  'https://example.org/a.git',
  'http://example.org/a.git',
  'git://example.org/a.git',
  'ssh://git@example.org/a.git',
  'git@example.org:a/b.git',
  'example.org:a/b.git',
  'file:///somewhere/else',
  '/somewhere/else',
  'ext::sh',
])('%s is sent unchanged', (source) => {
  expect(resolveSource(` ${source} `, { cwd, home })).toBe(source)
})

it.each([
  ['', /empty/],
  ['  ', /empty/],
  ['./nowhere', /there is no such directory \(.*\/here\/deep\/nowhere\), and it is not a URL/],
  ['~/nowhere', /there is no such directory \(.*\/home\/nowhere\)/],
  ['~other/site', /only ~ and ~\//],
])('%j is refused before anything is sent', (source, sentence) => {
  expect(() => resolveSource(source, { cwd, home })).toThrow(sentence)
})
