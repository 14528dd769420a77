/** `slipway budget`: shows the budget of a job and its usage, and changes it. */
import type { Command } from 'commander'
import type { BudgetChange, BudgetView } from '../../client/views.ts'
import { addExamples, positiveAmount, wholeNumber } from '../command-kit.ts'
import { badUsage } from '../failure.ts'
import { findJobId } from '../job-id.ts'
import { formatUsage } from '../job-report.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { ActionFlags } from '../say-job.ts'
import { renderTable } from '../screen/table.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'

/** Options of the command; false removes a limit. */
interface BudgetFlags extends ActionFlags {
  readonly tokens?: number | false
  readonly usd?: number | false
}

export function addBudget(program: Command, terminal: Terminal): void {
  const command = program
    .command('budget')
    .description('show what a job may use and has used, or raise it')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('--tokens <number>', 'the most tokens, read and written', wholeNumber(1, 2_000_000_000))
    .option('--no-tokens', 'no limit of tokens')
    .option('--usd <amount>', 'the most dollars', positiveAmount)
    .option('--no-usd', 'no limit of dollars')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, flags: BudgetFlags) => {
      const budget = await withServer(flags, async (client) => {
        const id = await findJobId(client, jobRef)
        const change = changeOf(flags)
        if (change !== null) await client.setBudget(id, change)
        return client.budget(id)
      })
      if (flags.json === true) terminal.printJson(budget)
      else terminal.print(renderBudget(budget, terminal.size().width, terminal.paint))
    })
  addExamples(addServerOptions(command), [
    ['slipway budget 01934c1e-8a2b', 'what it may use and has used'],
    ['slipway budget 01934c1e-8a2b --tokens 2000000', 'raise it: a job that waits for it continues'],
    ['slipway budget 01934c1e-8a2b --usd 5 --no-tokens', 'five dollars, however many tokens'],
  ])
}

function changeOf({ tokens, usd }: BudgetFlags): BudgetChange | null {
  // Commander sets options that are not given to true, because each has a --no- counterpart.
  const isGiven = (value: number | boolean | undefined): value is number | false =>
    typeof value === 'number' || value === false
  if (!isGiven(tokens) && !isGiven(usd)) return null
  if (tokens === 0 || usd === 0) throw badUsage('a budget is more than nothing', 'omit it, or use --no-usd')
  return {
    ...(isGiven(tokens) ? { tokens: tokens === false ? null : tokens } : {}),
    ...(isGiven(usd) ? { usd: usd === false ? null : usd } : {}),
  }
}

/** Pure. */
export function renderBudget(budget: BudgetView, width: number, paint: Paint): string {
  const { tokens, usd } = budget.limit
  const limits = [
    tokens === null ? '' : `${new Intl.NumberFormat('en').format(tokens)} tokens`,
    usd === null ? '' : `${usd} USD`,
  ].filter((text) => text !== '')
  const lines = [
    `${paint('dim', 'Budget      ')}${limits.length === 0 ? 'no limit' : limits.join(', ')}`,
    `${paint('dim', 'Used        ')}${formatUsage(budget.used)}`,
  ]
  if (budget.models.length === 0) return lines.join('\n')
  const rows = budget.models.map((one) => [
    { text: one.role ?? '' },
    { text: one.model },
    { text: one.provider },
    { text: String(one.calls) },
    { text: formatUsage(one.usage), tone: 'dim' as const },
  ])
  const columns = [
    { title: 'ROLE' },
    { title: 'MODEL' },
    { title: 'PROVIDER' },
    { title: 'CALLS' },
    { title: 'USAGE', flexible: true },
  ]
  return `${lines.join('\n')}\n\n${renderTable(columns, rows, width, paint)}`
}
