/** `slipway run`: takes one vision to a proven repository, on a running server or on one of its own. */
import { Option, type Command } from 'commander'
import os from 'node:os'
import { text } from 'node:stream/consumers'
import { ApiError } from '../../client/api-error.ts'
import type { JobRequest } from '../../client/job-request.ts'
import { priorities, type CreatedJob, type Priority } from '../../client/views.ts'
import { randomId } from '../../lib/chance.ts'
import { addExamples, collect, positiveAmount, wholeNumber, type ServerFlags } from '../command-kit.ts'
import { runToEnd } from '../carry-through.ts'
import { readDocuments } from '../documents.ts'
import { badUsage } from '../failure.ts'
import { addServerOptions, type ServerConnection } from '../server/reach-server.ts'
import { resolveSource } from '../resolve-source.ts'
import type { Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  backend?: string
  agent?: string[]
  model?: string
  mode?: 'team' | 'solo'
  source?: string
  check?: string[]
  setup?: string[]
  document?: string[]
  parallelism?: number
  maxTokens?: number
  maxUsd?: number
  approvePlan?: boolean
  permissions?: 'ask' | 'sandbox' | 'deny'
  priority?: Priority
  plain?: boolean
  json?: boolean
}

const roles = ['product_owner', 'architect', 'developer', 'reviewer', 'tester'] as const

const notes = `
A source is a path (absolute, ./relative or ~/in your home; of the repository itself, not of a directory in it)
or an address: https://, http://, ssh://, git://, git@host:path, file:///path. It is looked at before the job is
accepted. The result has the name of its default branch, and its tags. A source that asks for a password is
cloned by yourself first: --source ./clone.

Exit code: 0 completed, 1 failed or cancelled, 2 wrong usage, 130 interrupted (the job is kept).`

export function addRun(program: Command, terminal: Terminal): void {
  const command = program
    .command('run')
    .description('build what a vision describes, watch it, and show what was proven')
    .argument('<vision>', 'what should be built, in quotes; - reads it from standard input')
    .option('--backend <name>', 'the agent that plays every role (slipway backends lists them)')
    .option('--model <model>', 'the model of every agent; without it the provider or the backend decides')
    .option(
      '--agent <role=backend>',
      `another agent for one role, with a model if you like (reviewer=codex:gpt-5.5): ${roles.join(', ')}; repeatable`,
      collect,
    )
    .addOption(new Option('--mode <mode>', 'a team with roles, or one agent alone').choices(['team', 'solo']))
    .option('--source <repository>', 'start from this git repository: a path or an address, see below')
    .option(
      '--check <command>',
      'a command that must exit 0 on a clean checkout of the result; repeatable',
      collect,
    )
    .option(
      '--setup <command>',
      'a command to run once before the checks, in the checkout (npm ci); repeatable',
      collect,
    )
    .option('--document <file>', 'a file for the team to read (20 files, 10 MB each); repeatable', collect)
    .option('--parallelism <number>', 'how many tasks are worked on at once', wholeNumber(1, 16))
    .option(
      '--max-tokens <number>',
      'stop when the job has used this many tokens',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option('--max-usd <amount>', 'stop when the job has cost this much', positiveAmount)
    .option('--approve-plan', 'wait for your approval of the plan before anything is built')
    .addOption(
      new Option(
        '--permissions <policy>',
        'when agents ask before they act: you are asked, all is allowed inside the sandbox, or all is refused',
      ).choices(['ask', 'sandbox', 'deny']),
    )
    .addOption(
      new Option('--priority <priority>', 'which jobs come first when slots are scarce').choices(priorities),
    )
    .option('--plain', 'plain lines instead of a board that is redrawn')
    .option('--json', 'one JSON document at the end, nothing else on standard output')
    .action((vision: string, flags: Flags) => run(vision, flags, terminal))
  addExamples(addServerOptions(command), [
    ['slipway run "a todo list with a CLI"', 'with the standard backend'],
    ['slipway run "a URL shortener" --check "npm test"', 'proven by your own command as well'],
    ['slipway run "add a dark mode" --source ~/code/site', 'on top of a repository, on its own branch'],
    [
      'slipway run "fix the search" --source ~/code/site --setup "npm ci" --check "npm test"',
      'dependencies before the checks',
    ],
    ['slipway run "a calculator" --approve-plan', 'read, edit and approve the plan before it is built'],
    ['slipway run - --document spec.pdf < vision.md', 'vision from a file, with a document'],
  ])
  command.addHelpText('after', notes)
}

async function run(vision: string, flags: Flags, terminal: Terminal): Promise<void> {
  const request = await jobRequest(vision, flags)
  const documents = await readDocuments(flags.document ?? [])
  // One key for all tries: a request that is repeated on another server of the same data creates no second job.
  const idempotencyKey = randomId()
  const create = async ({ client }: ServerConnection): Promise<CreatedJob> => {
    try {
      return await client.createJob(request, { documents, idempotencyKey })
    } catch (error) {
      if (error instanceof ApiError && [400, 413, 415].includes(error.status))
        throw badUsage(error.message, issueLines(error))
      throw error
    }
  }
  process.exitCode = await runToEnd(create, flags, terminal)
}

/** Returns the server's issues other than the one in the message. */
function issueLines(error: ApiError): string | undefined {
  const others = error.issues.filter((issue) => !error.message.includes(issue.message))
  return others.length === 0 ? undefined : others.map((issue) => `${issue.path}: ${issue.message}`).join('\n')
}

async function jobRequest(vision: string, flags: Flags): Promise<JobRequest> {
  const visionText = vision === '-' ? await text(process.stdin) : vision
  if (visionText.trim() === '')
    throw badUsage('the vision is empty: describe in a sentence what should be built')
  const budget = {
    ...(flags.maxTokens === undefined ? {} : { tokens: flags.maxTokens }),
    ...(flags.maxUsd === undefined ? {} : { usd: flags.maxUsd }),
  }
  return {
    vision: visionText,
    ...(flags.backend === undefined ? {} : { backend: flags.backend }),
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.agent === undefined ? {} : parseAgents(flags.agent)),
    ...(flags.mode === undefined ? {} : { mode: flags.mode }),
    ...(flags.source === undefined
      ? {}
      : { source: resolveSource(flags.source, { cwd: process.cwd(), home: os.homedir() }) }),
    ...commandsOf(flags),
    ...(flags.parallelism === undefined ? {} : { parallelism: flags.parallelism }),
    ...(flags.approvePlan === true ? { approve_plan: true } : {}),
    ...(flags.permissions === undefined ? {} : { permissions: flags.permissions }),
    ...(flags.priority === undefined ? {} : { priority: flags.priority }),
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
  }
}

function commandsOf({ check, setup }: Flags): Pick<JobRequest, 'checks' | 'setup'> {
  return { ...(check === undefined ? {} : { checks: check }), ...(setup === undefined ? {} : { setup }) }
}

/** Parses `role=backend`, `role=backend:model` or `role=:model`. */
function parseAgents(given: readonly string[]): Pick<JobRequest, 'agents' | 'models'> {
  const agents: NonNullable<JobRequest['agents']> = {}
  const models: NonNullable<JobRequest['models']> = {}
  for (const pair of given) {
    const [, name = '', backend = '', model = ''] = /^([^=]*)=([^:]*)(?::(.*))?$/.exec(pair) ?? []
    const role = roles.find((each) => each === name.replaceAll('-', '_'))
    if (role === undefined || (backend === '' && model === '')) {
      throw badUsage(
        `--agent ${pair} is not a role and a backend`,
        `for example --agent reviewer=codex or --agent reviewer=codex:gpt-5.5; the roles are ${roles.join(', ')}`,
      )
    }
    if (backend !== '') agents[role] = backend
    if (model !== '') models[role] = model
  }
  return { agents, models }
}
