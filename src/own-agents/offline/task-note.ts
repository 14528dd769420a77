import type { TaskBrief } from '../../contract/brief.ts'
import type { ProjectFile } from './blueprint.ts'
import { DOCUMENT_MARK } from './documents.ts'
import { markdownQuote, markdownText } from './fill-template.ts'
import type { Stage } from '../stage/stage.ts'

/**
 * The offline demo's contribution to a task that a person added to its plan: a note of the request, which states that it was
 * not built.
 */
export function taskNote(brief: TaskBrief): ProjectFile {
  const { key, title, description, acceptance } = brief.task
  const criteria = acceptance.map((line) => `- ${markdownText(line)}`).join('\n')
  return {
    path: pathOf(key),
    content: `# ${markdownText(title)}

This task is not part of a blueprint of the offline demo, and no model was involved: it is written down here and not built.
Connect a coding agent to have it built.

What was asked for:

${markdownQuote(description)}
${criteria === '' ? '' : `\nIt is done when:\n\n${criteria}\n`}`,
  }
}

/** Returns a command that succeeds once the note exists. */
export function taskNoteCheck(key: string): string {
  return `test -s ${pathOf(key)}`
}

/** Whether the plan was made from a blueprint: then an unknown task was added by a person. */
export async function isOwnPlan(stage: Stage): Promise<boolean> {
  return (await stage.read('docs/design.md'))?.includes(DOCUMENT_MARK) === true
}

function pathOf(key: string): string {
  return `docs/tasks/${key}.md`
}
