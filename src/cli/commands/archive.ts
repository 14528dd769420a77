/** `slipway archive`: takes jobs that have ended out of the lists, or puts them back. */
import type { Command } from 'commander'
import { cleanLine } from '../screen/clean-text.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { findJobId, shortId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  undo?: boolean
}

export function addArchive(program: Command, terminal: Terminal): void {
  const command = program
    .command('archive')
    .description('take jobs that have ended out of the lists; nothing of them is removed')
    .argument('<ids...>', 'the jobs, or the beginnings of their ids')
    .option('--undo', 'put them back')
    .action((jobRefs: string[], flags: Flags) =>
      withServer(flags, async (client) => {
        const ids = new Set<string>()
        for (const each of jobRefs) ids.add(await findJobId(client, each))
        for (const id of ids) {
          const { title } = await client.archiveJob(id, flags.undo !== true)
          const done = flags.undo === true ? 'Put back' : 'Archived'
          terminal.print(`${done} ${shortId(id)} "${cleanLine(title)}"`)
        }
      }),
    )
  addExamples(addServerOptions(command), [
    ['slipway archive 01934c1e-8a2b', 'it is hidden from the list'],
    ['slipway jobs --archived', 'what was archived'],
    ['slipway archive 01934c1e-8a2b --undo', 'it is back'],
  ])
}
