// Measures products side by side, in turns; started by bench/measure-peers.ts where there is no network but loopback, and where
// nothing that was started outlives this program. Its argument is a `PeersTask`; each round of a product is a line of stdout, a
// `PeersTurn`.
import { fulcrum } from '../peers/fulcrum.ts'
import { kanban } from '../peers/kanban.ts'
import { measureProduct } from '../peers/measure-product.ts'
import type { Product } from '../peers/product.ts'
import { slipway } from '../peers/slipway.ts'
import type { PeersTask, PeersTurn } from '../peers/turns.ts'
import path from 'node:path'

const { node, installed, rounds, beginMs } = JSON.parse(process.argv[2] ?? '') as PeersTask
const products: Product[] = [
  slipway,
  ...(installed.kanban === undefined ? [] : [kanban(installed.kanban, node)]),
  ...(installed.fulcrum === undefined ? [] : [fulcrum(installed.fulcrum)]),
]

for (let round = 0; round === 0 || (round < rounds && performance.now() < beginMs); round += 1) {
  for (const product of products) {
    const turn: PeersTurn = { round, product: product.id, ...(await measure(product)) }
    process.stdout.write(`${JSON.stringify(turn)}\n`)
  }
}
process.exit(0)

async function measure(product: Product): Promise<Pick<PeersTurn, 'figures' | 'failure'>> {
  try {
    return { figures: await measureProduct(product, path.dirname(node)), failure: null }
  } catch (error) {
    return { figures: null, failure: error instanceof Error ? error.message : String(error) }
  }
}
