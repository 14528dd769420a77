/** `slipway providers`: manages model providers and the backends that use them. */
import { Option, type Command } from 'commander'
import type { ProviderInput, ProviderView } from '../../client/views.ts'
import { addExamples, collect, type ServerFlags } from '../command-kit.ts'
import { defaultSentence } from '../default-backend.ts'
import { badUsage } from '../failure.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { readSecret } from '../read-secret.ts'
import { renderTable } from '../screen/table.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'

interface SetFlags extends ServerFlags {
  readonly wire?: NonNullable<ProviderInput['wire']>
  readonly baseUrl?: string
  readonly secret?: string
  /** True: read from stdin; false: the provider needs none. */
  readonly key?: boolean
  readonly header?: string
  readonly responses?: boolean
  readonly model?: string
  readonly for?: string[]
}

export function addProviders(program: Command, terminal: Terminal): void {
  const command = program
    .command('providers')
    .description('list the providers of models, or connect one with its key')
  const list = command
    .command('list', { isDefault: true })
    .description('list them in the order in which they are chosen')
    .option('--json', 'as JSON')
    .action(async (flags: ServerFlags & { json?: boolean }) => {
      const providers = await withServer(flags, (client) => client.providers())
      if (flags.json === true) terminal.printJson({ providers })
      else terminal.print(renderProviders(providers, terminal.size().width, terminal.paint))
    })
  addServerOptions(list)
  addSet(command, terminal)
  const retry = command
    .command('retry')
    .description('retry a provider that refused its key or its account, after the problem was fixed')
    .argument('<name>', 'the provider')
    .action(async (name: string, flags: ServerFlags) => {
      const { probe } = await withServer(flags, (client) => client.retryProvider(name))
      if (probe?.result === 'answered')
        terminal.print(`Provider ${name} answered; jobs that waited for it continue.`)
      else terminal.print(`Provider ${name} was tried again: ${probe?.said ?? 'its key is missing'}.`)
    })
  addServerOptions(retry)
  const remove = command
    .command('remove')
    .description('remove a provider; its key stays until it is removed too')
    .argument('<name>', 'the provider')
    .action(async (name: string, flags: ServerFlags) => {
      await withServer(flags, (client) => client.removeProvider(name))
      terminal.print(`Provider ${name} is gone.`)
    })
  addServerOptions(remove)
  addExamples(command, [
    ['slipway providers', 'list them'],
    [
      'slipway providers set anthropic --key',
      'connect Anthropic; prompts for the key, or reads it from stdin',
    ],
    ['slipway providers set ollama --model qwen3', 'a server on this machine without a key'],
    [
      'slipway providers set work --wire openai --base-url https://llm.example.com/v1 --key',
      'any server that speaks a known wire',
    ],
    ['slipway providers retry anthropic', 'the bill is paid: try it again'],
    ['slipway providers remove ollama', 'take it away again'],
  ])
}

function addSet(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('set')
    .description('connect a provider, or change it; values that are not given stay unchanged')
    .argument('<name>', 'anthropic, openai, gemini, openrouter, ollama, or a name of yours')
    .addOption(
      new Option('--wire <wire>', 'the protocol it speaks').choices(['anthropic', 'openai', 'gemini']),
    )
    .option('--base-url <address>', "its address, up to where the wire's paths begin")
    .option('--key', 'set its key too: typed unseen, or from stdin')
    .option('--no-key', 'it needs no key')
    .option('--secret <name>', 'the name of the secret that is its key (default: its own name)')
    .option('--header <name>', 'the header that carries the key, where it is not the usual one of the wire')
    .option('--responses', "it serves OpenAI's Responses too, which the built-in team then uses")
    .option('--no-responses', 'it serves Chat Completions only')
    .option('--model <model>', 'the model of jobs that name none')
    .option('--for <backend>', 'only this backend uses it; repeatable', collect)
    .action(async (name: string, flags: SetFlags) => {
      if (flags.key === false && flags.secret !== undefined)
        throw badUsage('a provider without a key has no secret', 'leave --secret or --no-key out')
      const key = flags.key === true ? await readSecret(`key of ${name}`, terminal) : null
      const [provider, standard] = await withServer(flags, async (client) => {
        const set = await client.setProvider(name, inputOf(flags))
        if (key === null) return [set, await defaultSentence(client)] as const
        const secret = set.secret ?? name
        await client.setSecret(secret, key)
        return [await client.setProvider(name, { secret }), await defaultSentence(client)] as const
      })
      reportProvider(provider, standard, terminal)
    })
  addServerOptions(command)
}

/** Reports a provider as connected only when it has answered. */
function reportProvider(provider: ProviderView, standard: string, terminal: Terminal): void {
  const { name, wire, base_url: address, probe } = provider
  if (probe?.result === 'answered') {
    terminal.print(`Provider ${name} answered: it is connected (${wire}, ${address}).`)
    terminal.print(standard)
    return
  }
  terminal.print(`Provider ${name} is saved, and not connected: ${wire}, ${address}`)
  if (!provider.usable && provider.secret !== null)
    terminal.note(`Its key is missing: slipway secrets set ${provider.secret}`)
  else if (probe?.result === 'refused')
    terminal.note(
      `It refused the key: ${probe.said}. Set another: slipway secrets set ${provider.secret ?? name}`,
    )
  else if (probe !== null)
    terminal.note(`It was tried: ${probe.said}. Try it again: slipway providers retry ${name}`)
  terminal.print(standard)
}

function inputOf(flags: SetFlags): ProviderInput {
  return {
    ...(flags.wire === undefined ? {} : { wire: flags.wire }),
    ...(flags.baseUrl === undefined ? {} : { base_url: flags.baseUrl }),
    ...(flags.key === false ? { secret: null } : {}),
    ...(flags.secret === undefined ? {} : { secret: flags.secret }),
    ...(flags.header === undefined ? {} : { header: flags.header }),
    ...(flags.responses === undefined ? {} : { responses: flags.responses }),
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.for === undefined ? {} : { backends: flags.for }),
  }
}

/** Pure. */
export function renderProviders(providers: readonly ProviderView[], width: number, paint: Paint): string {
  if (providers.length === 0)
    return 'No provider is connected, so agents reach models only with logins of their own.\nConnect one: slipway providers set anthropic --key'
  const rows = providers.map((provider) => [
    { text: provider.name },
    stateOf(provider),
    { text: provider.wire },
    { text: provider.model ?? '' },
    { text: provider.base_url, tone: 'dim' as const },
  ])
  const columns = [
    { title: 'PROVIDER' },
    { title: 'STATE' },
    { title: 'WIRE' },
    { title: 'MODEL' },
    { title: 'ADDRESS', flexible: true },
  ]
  return renderTable(columns, rows, width, paint)
}

function stateOf(provider: ProviderView): { text: string; tone: 'green' | 'red' | 'yellow' } {
  if (!provider.usable) return { text: 'no key', tone: 'red' }
  if (provider.probe?.result === 'refused') return { text: 'key refused', tone: 'red' }
  if (provider.trouble !== null) return { text: provider.trouble.reason, tone: 'yellow' }
  switch (provider.probe?.result) {
    case 'answered':
      return { text: 'connected', tone: 'green' }
    case 'unreachable':
      return { text: 'not reached', tone: 'yellow' }
    case 'unclear':
    case undefined:
      return { text: 'not tried', tone: 'yellow' }
  }
}
