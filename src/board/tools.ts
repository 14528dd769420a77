import { z } from 'zod'
import { ProgressReport } from '../contract/board.ts'
import { PersonAsked } from '../contract/question.ts'
import type { BoardActions } from './actions.ts'
import { formatTasks } from './format-tasks.ts'

/** A tool of the board. */
interface BoardTool {
  /** The description sent to agents. */
  readonly definition: ToolDefinition
  /** Runs the tool; returns the result text and whether the call was at fault. */
  readonly run: (actions: BoardActions, input: unknown) => Promise<ToolAnswer>
}

interface ToolDefinition {
  readonly name: string
  readonly description: string
  readonly inputSchema: object
  readonly annotations: object
}

export interface ToolAnswer {
  readonly text: string
  readonly isError: boolean
}

/** Defined here only: the UI imports the contract, and is built without this half of zod. */
function forAgents(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })
}

export const boardTools: readonly BoardTool[] = [
  {
    definition: {
      name: 'list_tasks',
      description: 'The tasks of this job: which are done, who works on which, and what they wait for.',
      inputSchema: { type: 'object', properties: {} },
      annotations: { readOnlyHint: true },
    },
    run: async (actions) => ({ text: formatTasks(await actions.tasks(), actions.own), isError: false }),
  },
  {
    definition: {
      name: 'report_progress',
      description:
        'Reports your progress to the people who watch this job. It changes nothing and proves nothing.',
      inputSchema: forAgents(ProgressReport),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    run: (actions, input) =>
      withInput(ProgressReport, input, async (read) => {
        actions.report(read.message)
        return Promise.resolve('The people who watch can see it.')
      }),
  },
  {
    definition: {
      name: 'ask_person',
      description:
        'Asks a person what only a person can decide. It does not wait: do what does not depend on the answer and end your turn; the answer is your next message.',
      inputSchema: forAgents(PersonAsked),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    run: (actions, input) =>
      withInput(PersonAsked, input, async (read) => {
        await actions.ask(read)
        return 'The question was asked. Do the work that does not depend on the answer, then end your turn: your next message contains the answer, or the information that there is none.'
      }),
  },
]

/** Parses a call's arguments by their schema; errors are returned as text, so that the model can correct them. */
async function withInput<T>(
  schema: { readonly safeParse: (input: unknown) => Read<T> },
  input: unknown,
  handle: (read: T) => Promise<string>,
): Promise<ToolAnswer> {
  const read = schema.safeParse(input)
  if (read.success) return { text: await handle(read.data), isError: false }
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  return { text: `The arguments do not fit. ${problems.join('; ')}.`, isError: true }
}

type Read<T> =
  | { readonly success: true; readonly data: T }
  | {
      readonly success: false
      readonly error: {
        readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
      }
    }
