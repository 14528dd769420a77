import { serveAgent } from '../stage/serve-agent.ts'
import { openOfflineAgent } from './acp-agent.ts'

/** The offline demo's process; it ignores SIGTERM only with the fault `hang`. */
const offline = openOfflineAgent((exitCode) => process.exit(exitCode))
await serveAgent(offline, offline.isDeaf)
