import type { ContentBlock } from '@agentclientprotocol/sdk'
import { TaskBrief } from '../../contract/brief.ts'
import { Role } from '../../contract/words.ts'
import type { Stage } from '../stage/stage.ts'

/**
 * Reads the brief of an attempt. The server writes it to `.slipway/task.json`; without that file the prompt is parsed as far
 * as possible: the role from its first sentence, the vision from its tags. Returns null when there is neither: then the
 * prompt asks for no work.
 */
export async function readBrief(stage: Stage, prompt: readonly ContentBlock[]): Promise<TaskBrief | null> {
  const text = await stage.read('.slipway/task.json')
  if (text === null) return briefFromPrompt(promptText(prompt))
  const parsed = TaskBrief.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  await stage.message(
    `.slipway/task.json is not a task brief (${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}); I go by the prompt.`,
  )
  return briefFromPrompt(promptText(prompt))
}

export function promptText(prompt: readonly ContentBlock[]): string {
  return prompt.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n')
}

/** Returns the brief in one of Slipway's prompts; null for any other text. */
export function briefFromPrompt(text: string): TaskBrief | null {
  const vision = /<vision>\n?([^]*?)\n?<\/vision>/.exec(text)?.[1]
  if (vision === undefined) return null
  const named = /^You are the ([a-z ]+?) (?:of|in) /im.exec(text)?.[1]?.toLowerCase().replaceAll(' ', '_')
  const role = Role.safeParse(named)
  const task = /^Task: (.+?) \(([a-z0-9][a-z0-9_-]{0,63})\)$/m.exec(text)
  return {
    slipway: 1,
    role: role.success ? role.data : 'developer',
    mode:
      role.success && !/^You are the developer in charge of this vision, alone/m.test(text) ? 'team' : 'solo',
    permissions: 'sandbox',
    vision,
    task: {
      id: '',
      key: task?.[2] ?? 'build',
      title: task?.[1] ?? 'Build the vision',
      description: '',
      acceptance: [],
      checks: checksIn(text),
    },
    attempt: 1,
    feedback: [],
    base_commit: /^Commit under review: ([0-9a-f]{7,64})$/m.exec(text)?.[1] ?? '',
  }
}

function checksIn(text: string): string[] {
  const section = /^The checks of the task[^\n]*\n\n((?:- `.+`\n?)+)/m.exec(text)?.[1] ?? ''
  return [...section.matchAll(/^- `{1,2} ?(.+?) ?`{1,2}$/gm)].map(([, command = '']) => command)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
