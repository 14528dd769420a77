/** Builds the program with all commands. Wrong usage is reported in a sentence, with the closest valid word, and exit code 2. */
import { Command } from 'commander'
import { cleanText } from './screen/clean-text.ts'
import { addExamples } from './command-kit.ts'
import { addApprove, addReject } from './commands/approve.ts'
import { addBackends } from './commands/backends.ts'
import { addArchive } from './commands/archive.ts'
import { addBackup, addRestore } from './commands/backup.ts'
import { addBudget } from './commands/budget.ts'
import { addPriority } from './commands/priority.ts'
import { addCancel } from './commands/cancel.ts'
import { addChecks } from './commands/checks.ts'
import { addDelete } from './commands/delete.ts'
import { addDoctor } from './commands/doctor.ts'
import { addExport } from './commands/export.ts'
import { addGc } from './commands/gc.ts'
import { addFiles } from './commands/files.ts'
import { addJobs } from './commands/jobs.ts'
import { addLogs } from './commands/logs.ts'
import { addMessage } from './commands/message.ts'
import { addWaive } from './commands/waive.ts'
import { addAllow, addDeny, addPermissions } from './commands/permissions.ts'
import { addAnswer, addQuestions } from './commands/questions.ts'
import { addPlan } from './commands/plan.ts'
import { addProviders } from './commands/providers.ts'
import { addRestart } from './commands/restart.ts'
import { addRetry } from './commands/retry.ts'
import { addRun } from './commands/run.ts'
import { addSecrets } from './commands/secrets.ts'
import { addSessions } from './commands/sessions.ts'
import { addShow } from './commands/show.ts'
import { addStart } from './commands/start.ts'
import { addToken } from './commands/token.ts'
import { addWatch } from './commands/watch.ts'
import { addWorkers } from './commands/workers.ts'
import type { Terminal } from './screen/terminal.ts'

export function buildProgram(terminal: Terminal, version: string): Command {
  const program = new Command('slipway')
    .description('A self-hosted AI software team: give it a vision, get a proven git repository.')
    .version(version, '-v, --version')
    .helpCommand(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      outputError: (text, write) => write(explain(text)),
    })
    .showHelpAfterError('(slipway --help shows what there is)')
  addExamples(program, [
    ['slipway run "a todo list with a CLI"', 'build it, watch it, see it proven'],
    ['slipway start', 'keep a server running'],
    ['slipway doctor', 'see whether everything is in place'],
  ])
  for (const add of [addRun, addStart, addWatch, addJobs, addShow, addLogs, addChecks, addFiles])
    add(program, terminal)
  for (const add of [addPlan, addApprove, addReject, addPermissions, addAllow, addDeny])
    add(program, terminal)
  for (const add of [addQuestions, addAnswer, addMessage, addRetry, addWaive]) add(program, terminal)
  for (const add of [
    addExport,
    addCancel,
    addRestart,
    addDelete,
    addArchive,
    addGc,
    addBackends,
    addBudget,
    addPriority,
    addProviders,
    addSecrets,
    addWorkers,
    addDoctor,
    addBackup,
    addRestore,
    addToken,
    addSessions,
  ])
    add(program, terminal)
  return program
}

/**
 * Cleans a usage error, because it quotes the command line, which may contain anything, and adds advice for frequent
 * mistakes.
 */
function explain(text: string): string {
  const output = cleanText(text, false)
  const vision = /unknown command '([^']*\s[^']*)'/.exec(output)
  if (vision !== null) return `${output.trimEnd()}\nTo build it: slipway run "${vision[1] ?? ''}"\n`
  if (/too many arguments for 'run'/.test(output))
    return `${output.trimEnd()}\nPut the vision in quotes: slipway run "a todo list with a CLI"\n`
  return output
}
