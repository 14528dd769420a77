/** `slipway backends add`: adds a custom program, or an agent by its entry in the registry of the protocol. */
import { Option, type Command } from 'commander'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { CustomBackend } from '../../client/views.ts'
import { addExamples, collect, type ServerFlags } from '../command-kit.ts'
import { defaultSentence } from '../default-backend.ts'
import { badUsage, sentence } from '../failure.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  displayName?: string
  env?: string[]
  plain?: CustomBackend['prompt']
  registry?: string
}

export function addAdd(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('add')
    .description('connect a program that speaks the Agent Client Protocol, or takes a plain prompt')
    .argument('[name]', 'how it is called here: small letters, digits, - and _')
    .argument('[command...]', 'the program and its arguments, after --')
    .option('--display-name <name>', 'how people see it')
    .addOption(
      new Option(
        '--plain <how>',
        'the program speaks no protocol: it is started for each turn and takes its prompt this way',
      ).choices(['argument', 'stdin', 'file']),
    )
    .option(
      '--env <name=value>',
      'set this for the program; no secrets: it is stored in the settings; repeatable',
      collect,
    )
    .option(
      '--registry <file>',
      'an agent as the ACP registry describes it (JSON; - reads standard input); of a whole registry, the one with this name',
    )
    .action((name: string | undefined, commandLine: string[], flags: Flags) =>
      flags.registry === undefined
        ? addCommand(name, commandLine, flags, terminal)
        : addEntry(name, commandLine, flags.registry, flags, terminal),
    )
  addServerOptions(command)
  addExamples(command, [
    ['slipway backends add my-agent -- my-agent --acp', 'the program "my-agent --acp"'],
    ['slipway backends add my-tool --plain file -- my-tool --message-file', 'any program with a prompt'],
    ['slipway backends add --registry agent.json', 'an agent of the ACP registry, by its entry'],
  ])
}

async function addCommand(
  name: string | undefined,
  commandLine: readonly string[],
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  if (name === undefined || commandLine.length === 0)
    throw badUsage(
      'a backend needs a name and a command',
      'for example: slipway backends add my-agent -- my-agent --acp',
    )
  const backend: CustomBackend = {
    name,
    command: [...commandLine],
    env: parseEnv(flags.env ?? []),
    ...(flags.plain === undefined ? {} : { kind: 'command', prompt: flags.plain }),
    ...(flags.displayName === undefined ? {} : { display_name: flags.displayName }),
  }
  const standard = await withServer(flags, async (client) => {
    const settings = await client.settings()
    const others = settings.backends.filter((each) => each.name !== name)
    await client.putSettings({ ...settings, backends: [...others, backend] })
    return defaultSentence(client)
  })
  terminal.print(`Backend ${name} is added. Try it: slipway run --backend ${name} "a counter"`)
  terminal.print(standard)
}

async function addEntry(
  name: string | undefined,
  commandLine: readonly string[],
  file: string,
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  if (commandLine.length > 0)
    throw badUsage('--registry already defines how the agent is started: omit the command')
  const registry = entryOf(await readJson(file), name)
  const backend = await withServer(flags, (client) =>
    client.addRegistryBackend(name === undefined ? { registry } : { registry, name }),
  )
  terminal.print(`${backend.display_name} is added as ${backend.name}.`)
  terminal.print(`The default backend is ${backend.default_backend ?? 'none: no backend can work now'}.`)
  if (!backend.available) terminal.note(`It cannot work yet. ${backend.reason ?? ''}`)
}

async function readJson(file: string): Promise<unknown> {
  try {
    const json: unknown = JSON.parse(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'))
    return json
  } catch (error) {
    throw badUsage(`--registry ${file} cannot be read as JSON: ${sentence(error)}`)
  }
}

/** Returns the entry itself or, from a whole registry, the one with this id. */
function entryOf(json: unknown, name: string | undefined): unknown {
  if (typeof json !== 'object' || json === null || !('agents' in json) || !Array.isArray(json.agents))
    return json
  const ids = json.agents.flatMap((each: unknown) =>
    typeof each === 'object' && each !== null && 'id' in each ? [String(each.id)] : [],
  )
  const index = ids.indexOf(name ?? '')
  if (index < 0)
    throw badUsage(
      name === undefined
        ? 'this is a whole registry: name an agent of it'
        : `the registry has no agent ${name}`,
      `it has ${ids.join(', ')}`,
    )
  return json.agents[index]
}

function parseEnv(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at <= 0) throw badUsage(`--env ${pair} is not name=value`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
