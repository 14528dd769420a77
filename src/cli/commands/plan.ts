/** `slipway plan`: shows the plan of a job; with `--edit`, opens it in the person's editor. */
import type { Command } from 'commander'
import { execa } from 'execa'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { ApiError } from '../../client/api-error.ts'
import type { Client } from '../../client/open-client.ts'
import { parsePlan } from '../../client/parse-plan.ts'
import type { PlanView } from '../../client/views.ts'
import { cliDefaults } from '../../config.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { badUsage, Failure, sentence } from '../failure.ts'
import { findJobId, shortId } from '../job-id.ts'
import { renderPlan } from '../screen/plan-page.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  edit?: boolean
  json?: boolean
}

export function addPlan(program: Command, terminal: Terminal): void {
  const command = program
    .command('plan')
    .description('show the plan of a job; edit one that waits for approval')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('--edit', 'open the plan in $EDITOR and send back what is saved')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, flags: Flags) => {
      await withServer(flags, async (client) => {
        const id = await findJobId(client, jobRef)
        const view = await client.plan(id)
        const shown = flags.edit === true ? await edited(client, id, view, terminal) : view
        if (flags.json === true) terminal.printJson(shown)
        else terminal.print(renderPlan(shown, id, terminal.paint))
      })
    })
  addExamples(addServerOptions(command), [
    ['slipway plan 01934c1e-8a2b', 'the tasks and how each is checked'],
    ['slipway plan 01934c1e-8a2b --edit', 'change a plan that waits for approval'],
    ['slipway plan 01934c1e-8a2b --json', 'for a program'],
  ])
}

/** Returns the plan after the person has edited it. A rejected edit stays in its file, so that it is not lost. */
async function edited(client: Client, id: string, view: PlanView, terminal: Terminal): Promise<PlanView> {
  if (view.state !== 'proposed')
    throw new Failure(
      `the plan is ${view.state === 'none' ? 'still being made' : 'adopted'}: it cannot be edited`,
    )
  const dir = await mkdtemp(path.join(os.tmpdir(), 'slipway-plan-'))
  const file = path.join(dir, `plan-${shortId(id)}.json`)
  const before = `${JSON.stringify(view.plan, null, 2)}\n`
  await writeFile(file, before, { mode: 0o600 })
  await openEditor(file)
  const after = await readFile(file, 'utf8')
  const send = async (): Promise<PlanView> => {
    if (after === before) return view
    const { value, problem } = parsePlan(after)
    if (value === null) throw badUsage(problem)
    return client.editPlan(id, { version: view.version, plan: value })
  }
  try {
    const saved = await send()
    await rm(dir, { recursive: true })
    if (saved.version === view.version) terminal.note('Nothing was changed.')
    return saved
  } catch (error) {
    throw refused(error, file)
  }
}

/** Opens the editor through the shell, because `$EDITOR` may contain arguments, as in `code --wait`. */
async function openEditor(file: string): Promise<void> {
  const { editor } = cliDefaults()
  const { exitCode, failed } = await execa('sh', ['-c', `${editor} "$1"`, 'sh', file], {
    stdio: 'inherit',
    reject: false,
  })
  if (failed)
    throw new Failure(`the editor "${editor}" ended with ${exitCode ?? 'a signal'}`, {
      hint: 'nothing was sent; set EDITOR to an editor that is installed',
    })
}

function refused(error: unknown, file: string): Failure {
  const editHint = `Your edit is kept in ${file}`
  if (error instanceof ApiError) {
    const issues = error.issues.map((issue) => `${issue.path}: ${issue.message}`)
    return badUsage(error.message, [...issues, editHint].join('\n'))
  }
  if (error instanceof Failure) return badUsage(error.message, editHint)
  return new Failure(sentence(error), { hint: editHint, cause: error })
}
