/** `slipway permissions`, `slipway allow` and `slipway deny`: list and answer the permission requests of agents. */
import type { Command } from 'commander'
import type { Client } from '../../client/open-client.ts'
import type { PermissionView } from '../../client/views.ts'
import { clock } from '../../lib/clock.ts'
import { cleanBlock, cleanLine } from '../screen/clean-text.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { formatDuration } from '../screen/duration.ts'
import { Failure } from '../failure.ts'
import { findJobId, shortId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { reportJob, type ActionFlags } from '../say-job.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'

type Kind = PermissionView['options'][number]['kind']

export function addPermissions(program: Command, terminal: Terminal): void {
  const command = program
    .command('permissions')
    .description('show what the agents of a job ask for, and what was answered')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, flags: ServerFlags & { json?: boolean }) => {
      await withServer(flags, async (client) => {
        const id = await findJobId(client, jobRef)
        const permissions = await client.permissions(id)
        if (flags.json === true) terminal.printJson({ permissions })
        else terminal.print(renderPermissions(id, permissions, clock.now(), terminal.paint))
      })
    })
  addExamples(addServerOptions(command), [
    ['slipway run "a shop" --permissions ask', 'agents of this job ask before they act'],
    ['slipway permissions 01934c1e-8a2b', 'who asks for what, and until when'],
  ])
}

export function addAllow(program: Command, terminal: Terminal): void {
  addAnswer(program, terminal, {
    name: 'allow',
    does: 'let an agent do what it asks for',
    kinds: (isAlways) => (isAlways ? ['allow_always'] : ['allow_once', 'allow_always']),
    always: 'and everything like it, for the rest of its session',
    answered: 'It was allowed.',
  })
}

export function addDeny(program: Command, terminal: Terminal): void {
  addAnswer(program, terminal, {
    name: 'deny',
    does: 'refuse what an agent asks for',
    kinds: (isAlways) => (isAlways ? ['reject_always'] : ['reject_once', 'reject_always']),
    always: 'and everything like it, for the rest of its session',
    answered: 'It was refused.',
  })
}

interface Answering {
  readonly name: 'allow' | 'deny'
  readonly does: string
  readonly kinds: (isAlways: boolean) => readonly Kind[]
  readonly always: string
  readonly answered: string
}

function addAnswer(program: Command, terminal: Terminal, answering: Answering): void {
  const command = program
    .command(answering.name)
    .description(answering.does)
    .argument('<id>', 'the job, or the beginning of its id')
    .argument('[permission]', 'the request, or the beginning of its id; needless when there is only one')
    .option('--always', answering.always)
    .option('--json', 'as JSON')
    .action(
      async (jobRef: string, optionId: string | undefined, flags: ActionFlags & { always?: boolean }) => {
        await withServer(flags, async (client, connection) => {
          const id = await findJobId(client, jobRef)
          const permission = await findOpen(client, id, optionId)
          const option = pick(permission, answering.kinds(flags.always === true))
          if (option === null && (answering.name === 'allow' || flags.always === true))
            throw new Failure('the agent does not offer that', {
              hint: `it offers ${permission.options.map((each) => `"${cleanLine(each.name)}"`).join(', ') || 'nothing'}`,
            })
          const job = await client.answerPermission(id, permission.id, option)
          reportJob(`${answering.answered} ${cleanLine(permission.title)}`, job, connection, flags, terminal)
        })
      },
    )
  addExamples(addServerOptions(command), [
    [`slipway ${answering.name} 01934c1e-8a2b`, 'the only request that is open'],
  ])
}

function pick(permission: PermissionView, kinds: readonly Kind[]): string | null {
  const found = kinds.map((kind) => permission.options.find((option) => option.kind === kind))
  return found.find((option) => option !== undefined)?.id ?? null
}

async function findOpen(
  client: Client,
  jobId: string,
  optionId: string | undefined,
): Promise<PermissionView> {
  const open = (await client.permissions(jobId)).filter((each) => each.outcome === null)
  const fitting = open.filter((each) => optionId === undefined || each.id.startsWith(optionId.toLowerCase()))
  const [one, another] = fitting
  if (open.length === 0) throw new Failure('no agent of this job asks for anything now')
  const listed = open
    .map((each) => `${each.id}  ${cleanLine(each.agent)}: ${cleanLine(each.title)}`)
    .join('\n')
  if (one === undefined) throw new Failure(`there is no open request ${optionId ?? ''}`, { hint: listed })
  if (another !== undefined) throw new Failure('more than one request is open: name one', { hint: listed })
  return one
}

/** Pure. */
export function renderPermissions(
  jobId: string,
  permissions: readonly PermissionView[],
  now: number,
  paint: Paint,
): string {
  if (permissions.length === 0) return 'No agent of this job has requested a permission.'
  const open = permissions.filter((each) => each.outcome === null)
  const short = shortId(jobId)
  const advice =
    open.length === 0
      ? []
      : [
          '',
          `slipway allow ${short} [request]   lets it happen`,
          `slipway deny ${short} [request]    refuses it`,
        ]
  return [...permissions.map((each) => renderOne(each, now, paint)), ...advice].join('\n')
}

function renderOne(permission: PermissionView, now: number, paint: Paint): string {
  const { outcome } = permission
  const state =
    outcome === null
      ? paint(
          'yellow',
          `open, for ${formatDuration(Math.max(0, Date.parse(permission.deadline) - now))} more`,
        )
      : paint(outcome === 'allowed' ? 'green' : 'red', outcome)
  const head = `${permission.id}  ${cleanLine(permission.agent)}: ${cleanLine(permission.title)}  ${state}`
  const input = inputText(permission.input)
  return outcome !== null || input === null ? head : `${head}\n${paint('dim', indent(input))}`
}

function inputText(input: unknown): string | null {
  if (input === null || input === undefined) return null
  const text = typeof input === 'string' ? input : JSON.stringify(input, null, 2)
  return cleanBlock(text.length > 2000 ? `${text.slice(0, 2000)}…` : text)
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
}
