import fs from 'node:fs'
import path from 'node:path'
import { openDoor, type Answer, type Door } from '../door.ts'
import { makeRepository } from '../repositories.ts'
import { textOf, type Api, type Product } from './product.ts'

const PORT = 3484
const CLIENTS = 16
/** The name of the repository that it is started in, by which it is asked for. */
const WORKSPACE = 'repo'
const SAVE = '/api/trpc/workspace.saveState'
const STATE = '/api/trpc/workspace.getState'

/** What its page reads and saves, as far as it matters here. */
interface State {
  readonly board: { readonly columns: readonly { readonly cards: object[] }[] }
  readonly sessions: object
  readonly revision: number
}

/** Cline Kanban, started in a repository of its own. */
export function kanban(installed: string, node: string): Product {
  const url = `http://127.0.0.1:${PORT}`
  return {
    id: 'kanban',
    isForeign: true,
    url,
    alive: '/',
    ready: '/api/trpc/projects.list',
    readable: [installed, path.dirname(node)],
    prepare(place) {
      makeRepository(path.join(place, WORKSPACE), 20)
      fs.writeFileSync(
        path.join(place, '.gitconfig'),
        '[user]\n\tname = Bench\n\temail = bench@slipway.invalid\n',
      )
    },
    command: (place) => ({
      argv: [
        node,
        path.join(installed, 'node_modules', 'kanban', 'dist', 'cli.js'),
        '--port',
        String(PORT),
        '--no-open',
      ],
      cwd: path.join(place, WORKSPACE),
      env: {},
    }),
    idleArgs: [],
    open: () =>
      openBoard(openDoor({ url, sockets: CLIENTS, headers: { 'x-kanban-workspace-id': WORKSPACE } })),
  }
}

/**
 * Kanban has no create: its page saves the whole board with the revision that it has read, and reads it again when that
 * is refused because another save was faster.
 */
async function openBoard(door: Door): Promise<Api> {
  let state = await read(door)
  const save = async (cards: readonly object[]): Promise<Answer> => {
    state.board.columns[0]?.cards.unshift(...cards)
    const { board, sessions, revision: expectedRevision } = state
    const answer = await door.post(SAVE, { board, sessions, expectedRevision })
    state = answer.status === 200 ? stateIn(answer) : await read(door)
    return answer
  }
  return {
    created: 200,
    triesTogether: 64,
    create: (n) => save([card(n)]),
    async fill(count) {
      const { status, body } = await save(Array.from({ length: count }, (_, n) => card(n)))
      if (status !== 200) throw new Error(`the board was not saved: ${status} ${body.slice(0, 200)}`)
    },
    list: () => door.get(STATE),
    close: () => door.close(),
  }
}

async function read(door: Door): Promise<State> {
  return stateIn(await door.get(STATE))
}

function stateIn({ body }: Answer): State {
  return (JSON.parse(body) as { result: { data: State } }).result.data
}

let cards = 0

function card(n: number): object {
  cards += 1
  const now = Date.now()
  return {
    id: cards.toString(36).padStart(5, '0'),
    prompt: textOf(n),
    startInPlanMode: false,
    baseRef: 'main',
    createdAt: now,
    updatedAt: now,
  }
}
