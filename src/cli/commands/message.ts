/** `slipway message`: sends a message to one agent of a running job. */
import type { Command } from 'commander'
import { cleanLine } from '../screen/clean-text.ts'
import { addExamples } from '../command-kit.ts'
import { findAgent } from '../find-in-job.ts'
import { findJobId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { reportJob, type ActionFlags } from '../say-job.ts'
import type { Terminal } from '../screen/terminal.ts'

export function addMessage(program: Command, terminal: Terminal): void {
  const command = program
    .command('message')
    .description('write to an agent of a running job; it reads the message at its next turn')
    .argument('<id>', 'the job, or the beginning of its id')
    .argument('<agent>', 'the name of the agent, in quotes (slipway show lists the team)')
    .argument('<text>', 'what it should know, in quotes')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, name: string, text: string, flags: ActionFlags) => {
      await withServer(flags, async (client, connection) => {
        const id = await findJobId(client, jobRef)
        const agent = await findAgent(client, id, name)
        const job = await client.message(id, { agent_id: agent.id, text })
        reportJob(`${cleanLine(agent.name)} will read it at the next turn.`, job, connection, flags, terminal)
      })
    })
  addExamples(addServerOptions(command), [
    ['slipway message 01934c1e-8a2b "Developer 1" "Mind the negative numbers."', 'while it works'],
  ])
}
