import { tool, type ToolSet } from 'ai'
import { z } from 'zod'
import { LeftChecks, type TaskBrief } from '../../contract/brief.ts'
import { Plan, Review } from '../../contract/plan.ts'
import type { Stage } from '../stage/stage.ts'
import { withLineEndsOf } from './line-ends.ts'
import { listFiles, searchFiles } from './look-around.ts'

const READ_LINES = 2000
const SHELL_SECONDS = 600

const Path = z.string().min(1).describe('Path of a file, relative to the repository')
const Directory = z.string().default('.').describe('A directory, relative to the repository')

/**
 * Returns the tools of a role. An agent that has to deliver a report (a plan, a review, the checks of work done alone) has a
 * tool with the schema of that report, so that a model cannot deliver an invalid one.
 */
export function toolsFor(role: TaskBrief['role'] | null, mode: TaskBrief['mode'], stage: Stage): ToolSet {
  return { ...workTools(stage), ...reportTools(role, mode, stage) }
}

function workTools(stage: Stage): ToolSet {
  return {
    read: tool({
      description: 'Reads a text file. Lines are numbered.',
      inputSchema: z.object({
        path: Path,
        from_line: z.int().min(1).default(1).describe('The first line to read'),
      }),
      execute: async ({ path, from_line }) => numbered(await existing(stage, path), from_line),
    }),
    write: tool({
      description: 'Writes a whole file, making its directories. What was there is replaced.',
      inputSchema: z.object({ path: Path, content: z.string() }),
      execute: async ({ path, content }) => {
        const written = await stage.write(path, (before) => withLineEndsOf(before, content))
        return written ? `Wrote ${path}.` : `${path} was so already.`
      },
    }),
    edit: tool({
      description: 'Replaces a text in a file by another. The old text must be there exactly once.',
      inputSchema: z.object({ path: Path, old_text: z.string().min(1), new_text: z.string() }),
      execute: async ({ path, old_text, new_text }) => {
        const before = await existing(stage, path)
        const old = before.includes(old_text) ? old_text : withLineEndsOf(before, old_text)
        const times = before.split(old).length - 1
        if (times !== 1)
          throw new Error(`The old text is in ${path} ${times} times; give more of the lines around it.`)
        await stage.write(
          path,
          before.replace(old, () => withLineEndsOf(before, new_text)),
        )
        return `Edited ${path}.`
      },
    }),
    list: tool({
      description: 'Lists the files below a directory.',
      inputSchema: z.object({ directory: Directory }),
      execute: ({ directory }) =>
        stage.search(`List ${directory}`, { directory }, () => listFiles(stage.cwd, directory)),
    }),
    search: tool({
      description: 'Finds the lines of all text files that match an extended regular expression.',
      inputSchema: z.object({ pattern: z.string().min(1), directory: Directory }),
      execute: ({ pattern, directory }) =>
        stage.search(`Search for ${pattern}`, { pattern, directory }, () =>
          searchFiles(stage.cwd, pattern, directory, stage.signal),
        ),
    }),
    shell: tool({
      description: `Runs one command by sh in the repository, for at most ${SHELL_SECONDS} s.`,
      inputSchema: z.object({ command: z.string().min(1) }),
      execute: async ({ command }) => {
        const { output, exitCode } = await stage.run(command, SHELL_SECONDS * 1000)
        return `${output}\n${exitCode === null ? 'It was ended: it took too long.' : `Exit code ${exitCode}`}`
      },
    }),
  }
}

function reportTools(role: TaskBrief['role'] | null, mode: TaskBrief['mode'], stage: Stage): ToolSet {
  if (role === 'architect')
    return { submit_plan: report(stage, 'Hands in the plan.', '.slipway/plan.json', Plan) }
  if (role === 'reviewer')
    return { submit_review: report(stage, 'Hands in the verdict.', '.slipway/review.json', Review) }
  if (role === 'developer' && mode === 'solo') {
    const description = 'Hands in the commands that prove the work.'
    return { submit_checks: report(stage, description, '.slipway/checks.json', LeftChecks) }
  }
  return {}
}

function report(stage: Stage, description: string, file: string, inputSchema: z.ZodType): ToolSet[string] {
  return tool({
    description: `${description} It is written to ${file}; handing it in again replaces it.`,
    inputSchema,
    execute: async (input: unknown) => {
      await stage.write(file, `${JSON.stringify(input, null, 2)}\n`)
      return 'It is handed in.'
    },
  })
}

async function existing(stage: Stage, path: string): Promise<string> {
  const text = await stage.read(path)
  if (text === null) throw new Error(`There is no file ${path}.`)
  return text
}

function numbered(text: string, from: number): string {
  const lines = text.split(/\r?\n/)
  const shown = lines.slice(from - 1, from - 1 + READ_LINES).map((line, index) => `${from + index}\t${line}`)
  const remaining = lines.length - (from - 1) - shown.length
  return remaining > 0
    ? `${shown.join('\n')}\n[${remaining} more lines: read on from ${from + READ_LINES}]`
    : shown.join('\n')
}
