import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { usualReportsDir, type BriefFeedback, type TaskBrief } from '../contract/brief.ts'
import type { PermissionPolicy } from '../contract/permission.ts'

/**
 * The prompts of each role. They are the Markdown files next to this one; a directory of a person's own may replace any of
 * them with a file of the same name. `{{placeholders}}` are filled from the brief, in one pass, so that nothing inside a
 * vision or a log is treated as a placeholder.
 */
export interface Roles {
  /** Renders the prompt for one attempt; `reports` is the directory of its workspace that the prompts call `.slipway`. */
  readonly render: (brief: TaskBrief, reports?: string) => string
}

const FILES = [
  'product-owner.md',
  'architect.md',
  'developer.md',
  'tester.md',
  'reviewer.md',
  'solo.md',
] as const
type PromptFile = (typeof FILES)[number]

/** Reads the prompts once. Throws when the directory does not exist, or a file in it has an unknown placeholder. */
export function openRoles(overrideDir?: string): Roles {
  const own = path.dirname(fileURLToPath(import.meta.url))
  const overrides = overrideDir === undefined ? [] : fs.readdirSync(overrideDir)
  const prompts = new Map<PromptFile, string>()
  for (const file of FILES) {
    const dir = overrideDir !== undefined && overrides.includes(file) ? overrideDir : own
    const text = fs.readFileSync(path.join(dir, file), 'utf8')
    const unknown = [...text.matchAll(PLACEHOLDER)].find(([, name = '']) => !isField(name))
    if (unknown !== undefined) {
      throw new Error(
        `${path.join(dir, file)} has the placeholder ${unknown[0]}, which does not exist; there are ${FIELDS.join(', ')}`,
      )
    }
    prompts.set(file, text)
  }
  return {
    render: (brief, reports = usualReportsDir) =>
      fill((prompts.get(fileFor(brief)) ?? '').replaceAll(`${usualReportsDir}/`, `${reports}/`), brief),
  }
}

/** Renders the prompt for one attempt from the prompts that come with Slipway. */
export function renderPrompt(brief: TaskBrief): string {
  return openRoles().render(brief)
}

function fileFor(brief: TaskBrief): PromptFile {
  switch (brief.role) {
    case 'product_owner':
      return 'product-owner.md'
    case 'architect':
      return 'architect.md'
    case 'tester':
      return 'tester.md'
    case 'reviewer':
      return 'reviewer.md'
    case 'developer':
      return brief.mode === 'solo' && !brief.task.key.startsWith('repair') ? 'solo.md' : 'developer.md'
  }
}

const PLACEHOLDER = /\{\{([^{}\n]*)\}\}/g
const FIELDS = [
  'vision',
  'key',
  'title',
  'description',
  'acceptance',
  'checks',
  'attempt',
  'base_commit',
  'questions',
  'feedback',
] as const
type Field = (typeof FIELDS)[number]

function isField(name: string): name is Field {
  return FIELDS.some((field) => field === name)
}

function fill(prompt: string, brief: TaskBrief): string {
  const fields: Record<Field, string> = {
    vision: brief.vision,
    key: brief.task.key,
    title: brief.task.title,
    description: brief.task.description,
    acceptance: list('The task is done when:', brief.task.acceptance),
    checks: list('The checks of the task, each run by `sh -c`:', brief.task.checks.map(code)),
    attempt: String(brief.attempt),
    base_commit: brief.base_commit,
    questions: QUESTIONS[brief.permissions],
    feedback: feedbackSection(brief),
  }
  // An empty field also removes the blank line above it; the text of the fields is not changed.
  const filled = prompt.replace(/(\n\n)?\{\{([^{}\n]*)\}\}/g, (_, gap: string | undefined, name: string) => {
    const text = isField(name) ? fields[name] : ''
    return text === '' ? '' : `${gap ?? ''}${text}`
  })
  return `${filled.trim()}\n`
}

function list(heading: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `${heading}\n\n${items.map((item) => `- ${item}`).join('\n')}`
}

const NOBODY_ANSWERS =
  'Nobody answers questions in this job: where something is open, decide it yourself, and write down what you decided.'

/** Instructions on asking a person, by permission policy. */
const QUESTIONS: Readonly<Record<PermissionPolicy, string>> = {
  ask: `A person answers questions in this job. Ask only about decisions that a person must make and that would be costly to undo: with the tool \`ask_person\` of the server \`slipway\`, or with the command \`slipway-board ask "<question>" "<choice>" "<choice>"\` (choices are optional). Asking does not wait for the answer: do the work that does not depend on it and end your turn; your next message contains the answer, or the information that there is none. Decide everything else yourself, and write down what you decided.`,
  sandbox: NOBODY_ANSWERS,
  deny: NOBODY_ANSWERS,
}

/** The maximum number of characters kept of one log, and of all logs together. */
const LOG_CHARS = 8000
const LOGS_CHARS = 24_000

function feedbackSection(brief: TaskBrief): string {
  if (brief.feedback.length === 0) return ''
  let left = LOGS_CHARS
  const parts = brief.feedback.map((item) => {
    const log = cutMiddle(item.log ?? '', Math.min(LOG_CHARS, left))
    left -= log.length
    return `- **${HEADINGS[item.kind]}** ${item.summary}${log.trim() === '' ? '' : `\n\n${fenced(log)}`}`
  })
  return `## This is attempt ${brief.attempt}\n\nThe work was sent back for these reasons. Find the cause of each and fix it.\n\n${parts.join('\n\n')}`
}

const HEADINGS: Readonly<Record<BriefFeedback['kind'], string>> = {
  check: 'A check failed.',
  review: 'The reviewer sent it back.',
  conflict: 'It could not be merged.',
  interrupted: 'It was interrupted.',
  note: 'A note.',
}

/** Keeps the beginning and a longer part of the end, which show the command and its result. */
function cutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text
  if (limit < 200) return '[the log is left out: there are too many]'
  const head = Math.floor(limit / 4)
  return `${text.slice(0, head)}\n[... ${text.length - limit} characters left out ...]\n${text.slice(head - limit)}`
}

/** Wraps a text in a fence longer than any in it, so that a log cannot end it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${text.trimEnd()}\n${fence}`
}

function code(command: string): string {
  return command.includes('`') ? `\`\` ${command} \`\`` : `\`${command}\``
}
