import { z } from 'zod'
import { ProgressReport } from '../contract/board.ts'
import type { BoardActs } from './acts.ts'
import { tellTasks } from './tell-tasks.ts'

/** A tool of the board. */
interface BoardTool {
  /** What an agent is told of it. */
  readonly told: ToldTool
  /** What the agent is answered, and whether the call was at fault. */
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
      inputSchema: z.toJSONSchema(ProgressReport, { target: 'draft-7', io: 'input' }),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    run: (acts, input) => {
      const read = ProgressReport.safeParse(input)
      if (!read.success) {
        const why = read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim())
        return Promise.resolve({
          text: `Give a message of 1 to 500 characters: ${why.join('; ')}.`,
          isError: true,
        })
      }
      acts.report(read.data.message)
      return Promise.resolve({ text: 'The people who watch can see it.', isError: false })
    },
  },
]
