import { expect, it } from 'vitest'
import { peerTable } from './peer-table.ts'

const lines = (table: string, ...names: string[]): string[] =>
  table.split('\n').filter((line) => names.some((name) => line.startsWith(`| ${name} |`)))

it('figures are medians of the rounds, ratios those of the same round', () => {
  const table = peerTable([
    { name: 'Slipway 1.0.0', rounds: [{ idle: 10 }, { idle: 30 }, { idle: 20 }], fixed: { packages: 4 } },
    { name: 'Another One 2.0', rounds: [{ idle: 20 }, { idle: 300 }, { idle: 20 }], fixed: { packages: 8 } },
  ])
  expect(table.split('\n')[0]).toBe('| what | Slipway 1.0.0 | Another One 2.0 | Slipway / Another One |')
  expect(lines(table, 'idle memory of the process tree (PSS)', '... packages')).toEqual([
    '| idle memory of the process tree (PSS) | 20 MB | 20 MB | 0.50x |',
    '| ... packages | 4 | 8 | 0.50x |',
  ])
})

it('what could not be measured has no figure and no ratio', () => {
  const table = peerTable([
    { name: 'Slipway', rounds: [{ idle: 10, refused: 0 }, null], fixed: {} },
    { name: 'Its peer', rounds: [null, null], fixed: {} },
    { name: 'Other', rounds: [{ idle: 5, refused: 0 }, { idle: 500 }], fixed: {} },
  ])
  expect(lines(table, 'idle memory of the process tree (PSS)', '... refused')).toEqual([
    '| idle memory of the process tree (PSS) | 10 MB | not measured |  | 5 MB | 2.0x |',
    '| ... refused | 0 % | not measured |  | 0 % |  |',
  ])
})
