import { expect, it } from 'vitest'
import { failingLine } from './failing-line.ts'

it.each([
  ['ok 1 - a\nnot ok 2 - adds\n  ---\n', 'not ok 2 - adds'],
  ['✔ a\n✖ adds (1ms)\n✖ failing tests:\n', '✖ adds (1ms)'],
  ['starting\nTypeError: x is not a function\n    at y\n', 'TypeError: x is not a function'],
  [
    'watching\n\n[stopped after 600 s: the command did not end by itself.]',
    '[stopped after 600 s: the command did not end by itself.]',
  ],
  ['one\ntwo\n\n', 'two'],
  [`Error: ${'x'.repeat(300)}`, `Error: ${'x'.repeat(193)}…`],
  ['\n', null],
])('of %j is %j', (log, line) => {
  expect(failingLine(log)).toBe(line)
})
