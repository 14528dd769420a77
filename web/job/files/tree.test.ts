import { expect, test } from 'vitest'
import { firstFile, treeLines } from './tree.ts'

const file = (path: string) => ({ path, size: 1, mode: '100644' })
const files = ['src/b.js', 'src/deep/a.js', 'README.md', 'a.txt'].map(file)

test('folders come before files, and a closed folder hides what is in it', () => {
  const shown = (closed: string[]): string[] =>
    treeLines(files, new Set(closed)).map((line) => `${line.depth} ${line.path}`)
  expect(shown([])).toEqual([
    '0 src',
    '1 src/deep',
    '2 src/deep/a.js',
    '1 src/b.js',
    '0 a.txt',
    '0 README.md',
  ])
  expect(shown(['src'])).toEqual(['0 src', '0 a.txt', '0 README.md'])
})

test('a reader begins with the README', () => {
  expect(firstFile(files)).toBe('README.md')
  expect(firstFile([file('src/b.js'), file('z.txt')])).toBe('z.txt')
  expect(firstFile([])).toBeUndefined()
})
