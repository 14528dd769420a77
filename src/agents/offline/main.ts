import { Readable, Writable } from 'node:stream'
import { ndJsonStream } from '@agentclientprotocol/sdk'
import { openOfflineAgent } from './acp-agent.ts'

/**
 * The offline demo's process: ACP as JSON lines on stdin and stdout. It ends when its stdin does or on SIGTERM, and
 * takes its child processes with it; only the fault `hang` makes it deaf to SIGTERM.
 */
const offline = openOfflineAgent((exitCode) => process.exit(exitCode))
const stream = ndJsonStream(
  Writable.toWeb(process.stdout),
  Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>,
)
const connection = offline.app.connect(stream)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (offline.isDeaf()) return
    offline.stop()
    process.exit(143)
  })
}
// The other end went away in the middle of a line; the connection closes by itself.
process.stdout.on('error', () => connection.close())

await connection.closed
offline.stop()
process.exit(0)
