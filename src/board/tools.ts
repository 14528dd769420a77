import { z } from 'zod'
import { ProgressReport } from '../contract/board.ts'
import { PersonAsked } from '../contract/question.ts'
import type { BoardActs } from './acts.ts'
import { tellTasks } from './tell-tasks.ts'

/** A tool of the board. */
interface BoardTool {
  /** The description sent to agents. */
  readonly told: ToldTool
  /** Runs the tool; returns the result text and whether the call was at fault. */
  readonly run: (acts: BoardActs, input: unknown) => Promise<ToolAnswer>
}

interface ToldTool {
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
    told: {
      name: 'list_tasks',
      description: 'The tasks of this job: which are done, who works on which, and what they wait for.',
      inputSchema: { type: 'object', properties: {} },
      annotations: { readOnlyHint: true },
    },
    run: async (acts) => ({ text: tellTasks(await acts.tasks(), acts.own), isError: false }),
  },
  {
    told: {
      name: 'report_progress',
      description: 'Tells the people who watch this job where you are. It changes nothing and is no proof.',
      inputSchema: forAgents(ProgressReport),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    run: (acts, input) =>
      withInput(ProgressReport, input, async (read) => {
        acts.report(read.message)
        return Promise.resolve('The people who watch can see it.')
      }),
  },
  {
    told: {
      name: 'ask_person',
      description:
        'Asks a person what only a person can decide. It does not wait: do what does not depend on the answer and end your turn; the answer is your next message.',
      inputSchema: forAgents(PersonAsked),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    run: (acts, input) =>
      withInput(PersonAsked, input, async (read) => {
        await acts.ask(read)
        return 'It is asked. Do what does not depend on the answer, then end your turn: the answer, or that there is none, is your next message.'
      }),
  },
]

/** Parses a call's arguments by their schema; errors are returned as text, so that the model can correct them. */
async function withInput<T>(
  schema: { readonly safeParse: (input: unknown) => Read<T> },
  input: unknown,
  act: (read: T) => Promise<string>,
): Promise<ToolAnswer> {
  const read = schema.safeParse(input)
  if (read.success) return { text: await act(read.data), isError: false }
  const why = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  return { text: `The arguments do not fit. ${why.join('; ')}.`, isError: true }
}

type Read<T> =
  | { readonly success: true; readonly data: T }
  | {
      readonly success: false
      readonly error: {
        readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
      }
    }
