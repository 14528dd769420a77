/** `slipway questions` and `slipway answer`: list and answer the questions that agents ask people. */
import type { Command } from 'commander'
import type { Client } from '../../client/open-client.ts'
import type { QuestionView } from '../../client/views.ts'
import { clock } from '../../lib/clock.ts'
import { cleanLine } from '../screen/clean-text.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { formatDuration } from '../screen/duration.ts'
import { Failure } from '../failure.ts'
import { findJobId, shortId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { reportJob, type ActionFlags } from '../say-job.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'

export function addQuestions(program: Command, terminal: Terminal): void {
  const command = program
    .command('questions')
    .description('show what the agents of a job ask you, and what was answered')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, flags: ServerFlags & { json?: boolean }) => {
      await withServer(flags, async (client) => {
        const id = await findJobId(client, jobRef)
        const questions = await client.questions(id)
        if (flags.json === true) terminal.printJson({ questions })
        else terminal.print(renderQuestions(id, questions, clock.now(), terminal.paint))
      })
    })
  addExamples(addServerOptions(command), [
    ['slipway run "a shop" --permissions ask', 'agents of this job may ask you'],
    ['slipway questions 01934c1e-8a2b', 'who asks what, and until when'],
  ])
}

export function addAnswer(program: Command, terminal: Terminal): void {
  const command = program
    .command('answer')
    .description('answer a question of an agent')
    .argument('<id>', 'the job, or the beginning of its id')
    .argument('<text>', 'the answer, in quotes')
    .option('--question <id>', 'the question, or the beginning of its id; needless when there is only one')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, text: string, flags: ActionFlags & { question?: string }) => {
      await withServer(flags, async (client, connection) => {
        const id = await findJobId(client, jobRef)
        const question = await findOpen(client, id, flags.question)
        const job = await client.answerQuestion(id, question.id, text)
        reportJob(
          `${cleanLine(question.agent)} will read it at the next turn.`,
          job,
          connection,
          flags,
          terminal,
        )
      })
    })
  addExamples(addServerOptions(command), [
    ['slipway answer 01934c1e-8a2b "In euros."', 'the only question that is open'],
  ])
}

async function findOpen(client: Client, jobId: string, idSuffix: string | undefined): Promise<QuestionView> {
  const open = (await client.questions(jobId)).filter((each) => each.outcome === null)
  const fitting = open.filter((each) => idSuffix === undefined || each.id.startsWith(idSuffix.toLowerCase()))
  const [one, another] = fitting
  if (open.length === 0) throw new Failure('no agent of this job asks you anything now')
  const listed = open.map(titleOf).join('\n')
  if (one === undefined) throw new Failure(`there is no open question ${idSuffix ?? ''}`, { hint: listed })
  if (another !== undefined)
    throw new Failure('more than one question is open: name one with --question', { hint: listed })
  return one
}

function titleOf({ id, agent, question }: QuestionView): string {
  return `${id}  ${cleanLine(agent)}: ${cleanLine(question)}`
}

function renderQuestions(
  jobId: string,
  questions: readonly QuestionView[],
  now: number,
  paint: Paint,
): string {
  if (questions.length === 0) return 'No agent of this job has asked anything.'
  const isOpen = questions.some((each) => each.outcome === null)
  const advice = isOpen ? ['', `slipway answer ${shortId(jobId)} "..."   answers it`] : []
  return [...questions.map((each) => renderOne(each, now, paint)), ...advice].join('\n')
}

function renderOne(question: QuestionView, now: number, paint: Paint): string {
  const { outcome, answer, choices } = question
  const left = Math.max(0, Date.parse(question.deadline) - now)
  const state =
    outcome === null
      ? paint('yellow', `open, for ${formatDuration(left)} more`)
      : paint(outcome === 'answered' ? 'green' : 'red', outcome)
  const rest = outcome === null ? choices.map((each) => `- ${each}`) : answer === null ? [] : [answer]
  return [
    `${titleOf(question)}  ${state}`,
    ...rest.map((line) => paint('dim', `    ${cleanLine(line)}`)),
  ].join('\n')
}
