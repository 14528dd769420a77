import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readSettingsFile } from './settings-file.ts'

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-settings-'))
const file = path.join(dir, 'slipway.yaml')
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }))

function read(text: string): ReturnType<typeof readSettingsFile> {
  fs.writeFileSync(file, text)
  return readSettingsFile({ path: file, named: true })
}

it('reads an existing file, and treats an empty or missing one as without settings', () => {
  const nothing = { backends: [], defaults: {}, limits: {}, retention: {} }
  expect(readSettingsFile({ path: path.join(dir, 'none'), named: false }).values).toEqual(nothing)
  expect(read('').values).toEqual(nothing)
  expect(read('# only a comment\n').values).toEqual(nothing)
  expect(
    read('workers: 2\nbackends:\n  - {name: a, command: [b]}\ndefaults: {parallelism: 3}').values,
  ).toEqual({
    workers: 2,
    backends: [{ name: 'a', command: ['b'], env: {} }],
    defaults: { parallelism: 3 },
    limits: {},
    retention: {},
  })
})

it('finds the position of a key in the file, or of its parent', () => {
  const { locationOf } = read('workers: 2\nbackends:\n  - name: a\n    command: [b]\n')
  expect(locationOf('backends', 0, 'command')).toBe(`${file}, line 4, backends.0.command`)
  expect(locationOf('backends', 0, 'nowhere')).toBe(`${file}, line 3, backends.0.nowhere`)
  expect(locationOf('nowhere')).toBe(`${file}, line 1, nowhere`)
  expect(locationOf()).toBe(`${file}, line 1, the whole`)
  expect(read('').locationOf('workers')).toBe(`${file}, line 1, workers`)
  const none = path.join(dir, 'none')
  expect(readSettingsFile({ path: none, named: false }).locationOf('workers')).toBe(none)
})

it('refuses a file that is missing, not a file, or too long', () => {
  const cannot = (place: string): void =>
    expect(() => readSettingsFile({ path: place, named: true })).toThrow(
      `The file of settings ${place} cannot be read`,
    )
  cannot(path.join(dir, 'none'))
  cannot(dir)
  fs.writeFileSync(file, `#${' '.repeat(1_000_000)}`)
  cannot(file)
})

it.each([
  ['workers: 2\nworkers: 3\n', 'line 2: Map keys must be unique'],
  ['workers: [2\n', 'line 2: Flow sequence'],
  ['backends: !shell ls\n', 'line 1: Unresolved tag: !shell'],
  ['---\nworkers: 2\n---\nworkers: 3\n', 'line 3: Source contains multiple documents'],
  ['just words\n', 'line 1, the whole: Invalid input: expected object, received string.'],
  ['workers: many\n', 'line 1, workers: Invalid input: expected number, received string.'],
  ['\n\ncolour:\n  - red\n', 'line 3, colour: there is no such setting.'],
  [
    'backends:\n  - name: a\n    command: [b]\n    color: red\n',
    'line 4, backends.0.color: there is no such setting.',
  ],
  [
    'backends:\n  - name: a\n    command: [b]\n  - name: c\n',
    'line 4, backends.1.command: Invalid input: expected array, received undefined.',
  ],
  [
    'backends:\n  - {name: a, command: [b]}\n  - {name: a, command: [c]}\n',
    'line 1, backends: two of them have the same name.',
  ],
  [
    'backends:\n  - command: [b]\n    name: offline\n',
    'line 3, backends.0.name: it is part of Slipway: choose another name.',
  ],
  ['defaults:\n  permissions: never\n', 'line 2, defaults.permissions: Invalid option'],
])('reports the line and the key of an error: %j', (text, sentence) => {
  expect(() => read(text)).toThrow(`${file}, ${sentence}`)
})
