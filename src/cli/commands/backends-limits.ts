/** `slipway backends limits`: shows and sets the time limits of an agent that differ from the defaults. */
import type { Command } from 'commander'
import type { Settings } from '../../client/views.ts'
import { addExamples, wholeNumber, type ServerFlags } from '../command-kit.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  start?: number
  firstUpdate?: number
  silence?: number
  turn?: number
  reset?: boolean
  json?: boolean
}

type Limits = NonNullable<Settings['limits'][string]>
const seconds = wholeNumber(1, 86_000)

export function addLimits(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('limits')
    .description('show or change how long an agent may take')
    .argument('<name>', 'the backend')
    .option('--start <seconds>', 'from its start to an open session', seconds)
    .option('--first-update <seconds>', 'from a prompt to its first output', seconds)
    .option('--silence <seconds>', 'between two outputs within a turn', seconds)
    .option('--turn <seconds>', 'one whole turn', seconds)
    .option('--reset', 'give it the limits that all have')
    .option('--json', 'as JSON')
    .action(async (name: string, flags: Flags) => {
      const limits = await withServer(flags, async (client) => {
        const settings = await client.settings()
        const before = flags.reset === true ? {} : (settings.limits[name] ?? {})
        const after = { ...before, ...limitsIn(flags) }
        if (flags.reset !== true && Object.keys(limitsIn(flags)).length === 0) return before
        const { [name]: _, ...others } = settings.limits
        const all = Object.keys(after).length === 0 ? others : { ...others, [name]: after }
        return (await client.putSettings({ ...settings, limits: all })).limits[name] ?? {}
      })
      if (flags.json === true) terminal.printJson(limits)
      else terminal.print(renderLimits(name, limits))
    })
  addServerOptions(command)
  addExamples(command, [
    ['slipway backends limits my-agent --first-update 900', 'its model is slow to begin'],
    ['slipway backends limits my-agent --reset', 'as all others'],
  ])
}

function limitsIn(flags: Flags): Limits {
  return {
    ...(flags.start === undefined ? {} : { start: flags.start }),
    ...(flags.firstUpdate === undefined ? {} : { first_update: flags.firstUpdate }),
    ...(flags.silence === undefined ? {} : { silence: flags.silence }),
    ...(flags.turn === undefined ? {} : { turn: flags.turn }),
  }
}

/** Pure. */
function renderLimits(name: string, limits: Limits): string {
  const entries = Object.entries(limits).map(([key, value]) => `${key.replace('_', ' ')} ${value} s`)
  return entries.length === 0
    ? `${name} has the limits that all backends have.`
    : `${name} has limits of its own: ${entries.join(', ')}.`
}
