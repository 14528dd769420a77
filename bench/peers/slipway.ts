import fs from 'node:fs'
import path from 'node:path'
import { load, openDoor } from '../door.ts'
import { textOf, type Product } from './product.ts'

const root = path.join(import.meta.dirname, '..', '..')
const PORT = 7420
const CLIENTS = 16

/** Slipway as a person starts it. */
export const slipway: Product = {
  id: 'slipway',
  isForeign: false,
  url: `http://127.0.0.1:${PORT}`,
  alive: '/health/live',
  ready: '/health/ready',
  readable: [],
  prepare: () => undefined,
  command: (place) => ({
    argv: [path.join(root, 'slipway'), 'start', '--no-open', '--no-build', '--port', String(PORT)],
    cwd: place,
    env: {},
  }),
  idleArgs: ['--workers', '0'],
  open(place) {
    const token = fs.readFileSync(path.join(place, '.slipway', 'token'), 'utf8').trim()
    const door = openDoor({ url: slipway.url, token, sockets: CLIENTS })
    const create = (n: number) => door.post('/api/jobs', { vision: textOf(n), mode: 'solo' })
    return Promise.resolve({
      created: 201,
      triesTogether: 320,
      create,
      async fill(count) {
        await load({ clients: 8, count, expect: 201 }, () => create(count))
      },
      list: () => door.get('/api/jobs?page=1&page_size=50'),
      close: () => door.close(),
    })
  },
}
