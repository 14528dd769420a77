import os from 'node:os'
import { serveAgent } from '../stage/serve-agent.ts'
import { openTeamAgent } from './acp-agent.ts'

/** The process of one member of the built-in team. */
await serveAgent(openTeamAgent(os.homedir()))
