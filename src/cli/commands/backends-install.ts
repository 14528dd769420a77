/** `slipway backends install` and `uninstall`: manage a known agent at its pinned version, in Slipway's own directory. */
import type { Command } from 'commander'
import { cleanBlock } from '../screen/clean-text.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { defaultSentence } from '../default-backend.ts'
import { exitCodes } from '../failure.ts'
import { onInterrupt } from '../interrupt.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { Terminal } from '../screen/terminal.ts'

export function addInstall(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('install')
    .description('install a known agent at its pinned version, for Slipway alone')
    .argument('<name>', 'the backend')
    .option('--quiet', 'do not show the output of npm')
    .action((name: string, flags: ServerFlags & { quiet?: boolean }) => install(name, flags, terminal))
  addServerOptions(command)
  addExamples(command, [['slipway backends install codex', 'into the data directory; nothing is global']])
}

async function install(
  name: string,
  flags: ServerFlags & { quiet?: boolean },
  terminal: Terminal,
): Promise<void> {
  const interrupt = onInterrupt()
  try {
    const print = (text: string): void => {
      if (flags.quiet !== true) terminal.note(cleanBlock(text).trimEnd())
    }
    const [backend, standard] = await withServer(flags, async (client) => {
      const installed = await client.installBackend(name, print, interrupt.signal)
      return [installed, await defaultSentence(client)] as const
    })
    terminal.print(`${backend.display_name} ${backend.version ?? ''} is installed.`)
    terminal.print(standard)
    if (!backend.available) terminal.note(`It cannot work yet. ${backend.reason ?? ''}`)
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    process.exitCode = interrupt.exitCode() ?? exitCodes.failed
  } finally {
    interrupt.close()
  }
}

export function addUninstall(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('uninstall')
    .description('remove what was installed of an agent')
    .argument('<name>', 'the backend')
    .action(async (name: string, flags: ServerFlags) => {
      const backend = await withServer(flags, (client) => client.uninstallBackend(name))
      terminal.print(`${backend.display_name} is no longer installed here.`)
    })
  addServerOptions(command)
}
