import { serveAgent } from '../stage/serve-agent.ts'
import { openOfflineAgent } from './acp-agent.ts'

/** The offline demo's process; only the fault `hang` makes it deaf to SIGTERM. */
const offline = openOfflineAgent((exitCode) => process.exit(exitCode))
await serveAgent(offline, offline.isDeaf)
