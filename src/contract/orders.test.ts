import { expect, it } from 'vitest'
import { ordersIn, formatOrder, type Order } from './orders.ts'

it('orders are recognised within a longer text', () => {
  const orders: Order[] = [
    { do: 'write', file: 'a/b.txt', text: 'exactly this: 1 "2"' },
    { do: 'run', command: 'sh ./x.sh "$HOME"' },
    { do: 'remember', word: 'pear-7' },
    { do: 'recall', file: 'word.txt' },
  ]
  const text = `Please.\n\n${orders.map((order) => `- ${formatOrder(order)}`).join('\n\n')}\n\nThen stop.`
  expect(ordersIn(text)).toEqual(orders)
  expect(ordersIn('Build me a calculator.')).toEqual([])
})
