import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../lib/log.ts'
import type { BoardActs } from './acts.ts'
import { serveBoard } from './serve-board.ts'

/**
 * The board of a job for the agents that work on it: MCP over HTTP. It has no listener of its own: it answers on the one
 * address that agents know, the model gateway's.
 */
export interface Board {
  /** Takes a request that is for the board; false when it is not. */
  readonly serve: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Lets an attempt in. */
  readonly open: (acts: BoardActs, signal: AbortSignal) => BoardKey
}

/** An attempt's key to the board. It opens nothing once it has been closed, or its signal has fired. */
export interface BoardKey {
  readonly token: string
  readonly close: () => void
}

/** Where the board is, below the address of the gateway. */
export const boardPath = '/board/mcp'

/** Keys live as long as this process; of their tokens it keeps the SHA-256 alone. */
export function openBoard(log: Log): Board {
  const keys = new Map<string, BoardActs>()
  return {
    serve(request, response) {
      if (request.url?.split('?', 1)[0] !== boardPath) return false
      serveBoard(request, response, (token) => keys.get(hashOf(token)) ?? null).catch((error: unknown) => {
        // An agent that ends in the middle of its request is no fault of anybody.
        if (request.complete) log.error({ err: error }, 'the board for agents')
        response.destroy()
      })
      return true
    },
    open(acts, signal) {
      const token = `board-${randomBytes(32).toString('base64url')}`
      const hash = hashOf(token)
      const close = (): void => {
        keys.delete(hash)
        signal.removeEventListener('abort', close)
      }
      if (!signal.aborted) keys.set(hash, acts)
      signal.addEventListener('abort', close, { once: true })
      return { token, close }
    },
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
