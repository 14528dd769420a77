import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../lib/log.ts'
import { onAbort } from '../lib/waiting.ts'
import type { BoardActions } from './actions.ts'
import { serveBoard } from './serve-board.ts'

/**
 * The board of a job for its agents: MCP over HTTP. It has no listener of its own: it is served on the only address that
 * agents know, the model gateway's.
 */
export interface Board {
  /** Handles a request for the board; returns false for other requests. */
  readonly serve: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Grants an attempt access. */
  readonly open: (actions: BoardActions, signal: AbortSignal) => BoardKey
}

/** An attempt's access to the board. Its token is rejected once it is closed, or its signal has aborted. */
export interface BoardKey {
  readonly token: string
  readonly close: () => void
}

/** The path of the board below the address of the gateway. */
export const boardPath = '/board/mcp'

/** Opens the board. Keys are held in memory only; of each token only the SHA-256 is kept. */
export function openBoard(log: Log): Board {
  const keys = new Map<string, BoardActions>()
  return {
    serve(request, response) {
      if (request.url?.split('?', 1)[0] !== boardPath) return false
      serveBoard(request, response, (token) => keys.get(hashOf(token)) ?? null).catch((error: unknown) => {
        // A request that the agent aborted is not an error.
        if (request.complete) log.error({ err: error }, 'the board for agents')
        response.destroy()
      })
      return true
    },
    open(actions, signal) {
      const token = `board-${randomBytes(32).toString('base64url')}`
      const hash = hashOf(token)
      if (!signal.aborted) keys.set(hash, actions)
      const stopListening = onAbort(signal, () => keys.delete(hash))
      const close = (): void => {
        keys.delete(hash)
        stopListening()
      }
      return { token, close }
    },
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
