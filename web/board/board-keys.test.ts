import { expect, it } from 'vitest'
import { cardAfterKey } from './board-keys.ts'
import type { Column, ColumnName } from './columns.ts'
import { task } from './task.fixture.ts'

function column(name: ColumnName, ...ids: string[]): Column {
  return { name, title: name, empty: '', tasks: ids.map((id) => task(id, 'ready')), ids: new Set(ids) }
}

const board = [
  column('todo', 'a', 'b', 'c'),
  column('progress'),
  column('review', 'd'),
  column('done', 'e', 'f'),
]

it.each([
  ['ArrowDown', 'a', 'b'],
  ['ArrowDown', 'c', null],
  ['ArrowUp', 'a', null],
  ['ArrowUp', 'b', 'a'],
  ['End', 'a', 'c'],
  ['Home', 'c', 'a'],
  // An empty column is skipped, and a shorter one is entered at its end.
  ['ArrowRight', 'c', 'd'],
  ['ArrowRight', 'e', null],
  ['ArrowLeft', 'f', 'd'],
  ['ArrowLeft', 'a', null],
  ['x', 'a', null],
  ['ArrowDown', 'gone', null],
])('%s from %s leads to %s', (key, from, to) => {
  expect(cardAfterKey(key, board, from)).toBe(to)
})
