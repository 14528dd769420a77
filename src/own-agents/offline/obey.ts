import type { Order } from '../../contract/orders.ts'
import { NotAllowed, type Stage } from '../stage/stage.ts'

/** The demo's memory of a session. */
export interface Memory {
  word: string | null
}

/**
 * Follows the few orders that the conformance kit gives; without a model the demo understands no others. Actions that are
 * not permitted are skipped.
 */
export async function obey(stage: Stage, orders: readonly Order[], memory: Memory): Promise<void> {
  for (const order of orders) {
    try {
      await follow(stage, order, memory)
    } catch (error) {
      if (!(error instanceof NotAllowed)) throw error
      await stage.message('That was not allowed, so I left it.')
      return
    }
  }
  await stage.message('Done.')
}

async function follow(stage: Stage, order: Order, memory: Memory): Promise<void> {
  switch (order.do) {
    case 'write':
      await stage.write(order.file, `${order.text}\n`)
      return
    case 'run':
      await stage.run(order.command)
      return
    case 'remember':
      memory.word = order.word
      return
    case 'recall':
      await stage.write(order.file, `${memory.word ?? 'I do not know it.'}\n`)
      return
  }
}
