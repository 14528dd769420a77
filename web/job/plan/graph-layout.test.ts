import { expect, test } from 'vitest'
import { graphSize, layoutGraph } from './graph-layout.ts'

const node = (key: string, ...dependsOn: string[]) => ({ key, dependsOn })
const step = graphSize.width + graphSize.gapX

test('a task stands right of everything it waits for', () => {
  const { nodes, edges, width } = layoutGraph([node('a'), node('b', 'a'), node('c'), node('d', 'b', 'c')])
  expect(Object.fromEntries(nodes.map(({ key, x }) => [key, x / step]))).toEqual({ a: 0, b: 1, c: 0, d: 2 })
  expect(edges.map(({ from, to }) => `${from}-${to}`)).toEqual(['a-b', 'b-d', 'c-d'])
  expect(width).toBe(3 * step - graphSize.gapX)
})

test('no two tasks stand in one place, also in a plan with a cycle or a dependency on nothing', () => {
  const { nodes } = layoutGraph([
    node('a', 'b'),
    node('b', 'a'),
    node('c', 'gone'),
    node('d', 'c'),
    node('e', 'c'),
  ])
  expect(nodes.length).toBe(5)
  expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(5)
})
