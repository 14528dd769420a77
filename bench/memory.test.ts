import { expect, it } from 'vitest'
import { parentIn, pssIn, treeOf, treePss } from './memory.ts'

const ROLLUP = `00400000-7ffd9d5f7000 ---p 00000000 00:00 0                              [rollup]
Rss:               51372 kB
Pss:               20480 kB
Pss_Dirty:          9000 kB
Pss_Anon:           9000 kB
`

it('the PSS of a process is its own line, in MB; a process that is gone has none', () => {
  expect(pssIn(ROLLUP)).toBe(20)
  expect(pssIn('')).toBe(0)
})

it('the parent is found behind a name that holds spaces and parentheses', () => {
  expect(parentIn('4242 (a ) 7 (b) S 17 4242 4242 0 -1')).toBe(17)
})

it('the tree of a process begins with it, and its PSS is more than nothing', () => {
  expect(treeOf(process.pid)[0]).toBe(process.pid)
  expect(treePss(process.pid)).toBeGreaterThan(1)
})
