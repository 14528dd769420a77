import { Readable, Writable } from 'node:stream'
import { ndJsonStream } from '@agentclientprotocol/sdk'
import { forgetCompileCache } from './environment.ts'
import type { TurnAgent } from './turn-agent.ts'

/**
 * Serves an agent in this process: ACP as JSON lines on stdin and stdout. The process ends when its stdin does or on
 * SIGTERM, and ends its child processes; `isDeaf` returns whether to ignore SIGTERM.
 */
export async function serveAgent(served: TurnAgent, isDeaf = (): boolean => false): Promise<never> {
  forgetCompileCache()
  const stream = ndJsonStream(
    Writable.toWeb(process.stdout),
    Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>,
  )
  const connection = served.app.connect(stream)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isDeaf()) return
      served.stop()
      process.exit(143)
    })
  }
  // The client disconnected in the middle of a line; the connection closes by itself.
  process.stdout.on('error', () => connection.close())
  await connection.closed
  served.stop()
  process.exit(0)
}
