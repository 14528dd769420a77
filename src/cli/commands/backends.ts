/** `slipway backends`: lists the available agents, and how to add one that speaks the Agent Client Protocol. */
import type { Command } from 'commander'
import type { BackendView, Settings } from '../../client/views.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { badUsage, Failure } from '../failure.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { renderTable } from '../screen/table.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'
import { addAdd } from './backends-add.ts'
import { addInstall, addUninstall } from './backends-install.ts'
import { addLimits } from './backends-limits.ts'
import { addTest, describeConformance } from './backends-test.ts'

export function addBackends(program: Command, terminal: Terminal): void {
  const command = program
    .command('backends')
    .description('list the agents that can do the work, or connect one')
  const list = command
    .command('list', { isDefault: true })
    .description('list the backends')
    .option('--json', 'as JSON')
    .action(async (flags: ServerFlags & { json?: boolean }) => {
      const backends = await withServer(flags, (client) => client.backends())
      if (flags.json === true) terminal.printJson({ backends })
      else terminal.print(renderBackends(backends, terminal.size().width, terminal.paint))
    })
  addServerOptions(list)
  addInstall(command, terminal)
  addUninstall(command, terminal)
  addTest(command, terminal)
  addAdd(command, terminal)
  addRemove(command, terminal)
  addDefault(command, terminal)
  addLimits(command, terminal)
  addExamples(command, [
    ['slipway backends', 'list them'],
    ['slipway backends install codex', 'install one of them'],
    [
      'slipway backends add my-agent -- my-agent --acp',
      'connect a program that speaks ACP on stdin and stdout',
    ],
    ['slipway backends test my-agent', 'see what it does, case by case'],
    ['slipway backends default my-agent', 'make it the default'],
    ['slipway backends remove my-agent', 'take it away again'],
  ])
}

/** Pure. */
export function renderBackends(backends: readonly BackendView[], width: number, paint: Paint): string {
  const rows = backends.map((backend) => [
    { text: backend.default ? `${backend.name} *` : backend.name },
    {
      text: backend.available ? 'available' : 'unavailable',
      tone: backend.available ? ('green' as const) : ('red' as const),
    },
    { text: backend.kind },
    { text: backend.version ?? '' },
    { text: backend.provider ?? (backend.auth === 'own' ? 'own login' : '') },
    {
      text: backend.conformance === null ? '' : describeConformance(backend.conformance),
      tone: 'dim' as const,
    },
    { text: [backend.reason ?? backend.display_name, setIn(backend)].join(''), tone: 'dim' as const },
  ])
  const columns = [
    { title: 'BACKEND' },
    { title: 'STATE' },
    { title: 'KIND' },
    { title: 'VERSION' },
    { title: 'MODELS' },
    { title: 'TESTED' },
    { title: '', flexible: true },
  ]
  const advice = backends.some((backend) => backend.kind === 'acp' && backend.available)
    ? ''
    : '\nOnly the offline demo can work now: it builds from blueprints, without a model.\nInstall one: slipway backends install <name>   Connect another: slipway backends add <name> -- <command>'
  return `${renderTable(columns, rows, width, paint)}\n${paint('dim', `* is used unless another is named${advice}`)}`
}

function setIn({ file }: BackendView): string {
  return file === null ? '' : ` (set in ${file})`
}

function addRemove(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('remove')
    .description('remove a connected program')
    .argument('<name>', 'the backend')
    .action(async (name: string, flags: ServerFlags) => {
      await change(flags, (settings) => {
        if (!settings.backends.some((each) => each.name === name))
          throw new Failure(`${name} was not connected here`)
        return {
          ...settings,
          default_backend: settings.default_backend === name ? null : settings.default_backend,
          backends: settings.backends.filter((each) => each.name !== name),
        }
      })
      terminal.print(`Backend ${name} is gone.`)
    })
  addServerOptions(command)
}

function addDefault(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('default')
    .description('choose the backend that is used unless another is named')
    .argument('<name>', 'the backend')
    .action(async (name: string, flags: ServerFlags) => {
      await withServer(flags, async (client) => {
        const backends = await client.backends()
        const chosen = backends.find((backend) => backend.name === name)
        if (chosen === undefined) {
          throw badUsage(
            `there is no backend ${name}`,
            `there are: ${backends.map((each) => each.name).join(', ')}`,
          )
        }
        await client.putSettings({ ...(await client.settings()), default_backend: name })
        if (!chosen.available) terminal.note(`It cannot work yet. ${chosen.reason ?? ''}`)
      })
      terminal.print(`Backend ${name} is used unless another is named.`)
    })
  addServerOptions(command)
}

async function change(flags: ServerFlags, edit: (settings: Settings) => Settings): Promise<void> {
  await withServer(flags, async (client) => {
    await client.putSettings(edit(await client.settings()))
  })
}
