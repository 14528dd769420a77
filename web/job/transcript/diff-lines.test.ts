import { expect, it } from 'vitest'
import { diffLines } from './diff-lines.ts'

const drawn = (before: string, after: string): string =>
  diffLines(before, after)
    .map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`)
    .join('|')

it('shows what changed with a little around it', () => {
  expect(drawn('a\nb\nc\nd\ne\nf\ng\nh\ni', 'a\nb\nc\nd\nE\nf\ng\nh\ni')).toBe(' b| c| d|-e|+E| f| g| h')
})

it('a new file is added, an emptied one removed', () => {
  expect(drawn('', 'a\nb')).toBe('+a|+b')
  expect(drawn('a\nb', '')).toBe('-a|-b')
})

it('a repeated line is not counted from both ends', () => {
  expect(drawn('x\nx', 'x\nx\nx')).toBe(' x| x|+x')
})
