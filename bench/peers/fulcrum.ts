import path from 'node:path'
import { load, openDoor } from '../door.ts'
import { textOf, type Product } from './product.ts'

const PORT = 7777
const CLIENTS = 16

/** Fulcrum's server with the settings that its `fulcrum up` gives it; that command itself downloads a program first. */
export function fulcrum(installed: string): Product {
  const modules = path.join(installed, 'node_modules')
  const home = path.join(modules, '@knowsuchagency', 'fulcrum')
  const url = `http://127.0.0.1:${PORT}`
  return {
    id: 'fulcrum',
    isForeign: true,
    url,
    alive: '/',
    ready: '/api/tasks',
    readable: [installed],
    prepare: () => undefined,
    command: (place) => ({
      argv: [
        path.join(modules, '@oven', 'bun-linux-x64', 'bin', 'bun'),
        path.join(home, 'server', 'index.js'),
      ],
      cwd: place,
      env: {
        NODE_ENV: 'production',
        PORT: String(PORT),
        HOST: '127.0.0.1',
        FULCRUM_PACKAGE_ROOT: home,
        BUN_PTY_LIB: path.join(modules, 'bun-pty', 'rust-pty', 'target', 'release', 'librust_pty.so'),
      },
    }),
    idleArgs: [],
    open() {
      const door = openDoor({ url, sockets: CLIENTS })
      const create = (n: number) =>
        door.post('/api/tasks', { title: textOf(n), description: textOf(n), status: 'TO_DO' })
      return Promise.resolve({
        created: 201,
        triesTogether: 320,
        create,
        async fill(count) {
          await load({ clients: 8, count, expect: 201 }, () => create(count))
        },
        list: () => door.get('/api/tasks'),
        close: () => door.close(),
      })
    },
  }
}
