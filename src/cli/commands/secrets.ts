/** `slipway secrets`: manages the keys that the server holds. Values are read from stdin and never shown. */
import type { Command } from 'commander'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { readSecret } from '../read-secret.ts'
import { renderTable } from '../screen/table.ts'
import type { Terminal } from '../screen/terminal.ts'

export function addSecrets(program: Command, terminal: Terminal): void {
  const command = program
    .command('secrets')
    .description('set or remove the keys that the server holds; nothing shows them again')
  const list = command
    .command('list', { isDefault: true })
    .description('list their names and when each was set')
    .option('--json', 'as JSON')
    .action(async (flags: ServerFlags & { json?: boolean }) => {
      const secrets = await withServer(flags, (client) => client.secrets())
      if (flags.json === true) return terminal.printJson({ secrets })
      if (secrets.length === 0) return terminal.print('No secret is set. Set one: slipway secrets set <name>')
      const rows = secrets.map((secret) => [{ text: secret.name }, { text: secret.set_at }])
      const columns = [{ title: 'SECRET' }, { title: 'SET' }]
      return terminal.print(renderTable(columns, rows, terminal.size().width, terminal.paint))
    })
  addServerOptions(list)
  const set = command
    .command('set')
    .description('set a secret from stdin, or type it unseen')
    .argument('<name>', 'how it is called: small letters, digits, - and _')
    .action(async (name: string, flags: ServerFlags) => {
      const value = await readSecret('secret', terminal)
      await withServer(flags, (client) => client.setSecret(name, value))
      terminal.print(`The secret ${name} is set.`)
    })
  addServerOptions(set)
  const remove = command
    .command('remove')
    .description('remove a secret')
    .argument('<name>', 'the secret')
    .action(async (name: string, flags: ServerFlags) => {
      await withServer(flags, (client) => client.removeSecret(name))
      terminal.print(`The secret ${name} is gone.`)
    })
  addServerOptions(remove)
  addExamples(command, [
    ['slipway secrets', 'list their names'],
    ['slipway secrets set anthropic < key.txt', 'from a file'],
    ['slipway secrets set anthropic', 'type or paste it, unseen'],
    ['slipway secrets remove anthropic', 'forget it'],
  ])
}
