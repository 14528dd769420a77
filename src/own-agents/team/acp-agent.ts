import fs from 'node:fs'
import path from 'node:path'
import { TaskBrief } from '../../contract/brief.ts'
import { openTurnAgent, type Turn, type TurnAgent, type TurnAnswer } from '../stage/turn-agent.ts'
import type { Stage } from '../stage/stage.ts'
import { openModel, readModelEndpoint } from './model.ts'
import { takeTurn, type Conversation } from './take-turn.ts'
import { toolsFor } from './tools.ts'

// Its warnings about unknown models would only fill the log.
globalThis.AI_SDK_LOG_WARNINGS = false

/** The modes of the built-in team, by the job's permission policy. */
export const teamModes = { work: 'work', ask: 'ask' } as const

/** The state of a session: the conversation so far, with the agent's role in the job. */
interface Memory {
  conversation: ActiveConversation | null
}

interface ActiveConversation extends Omit<Conversation, 'tools'> {
  readonly role: TaskBrief['role'] | null
  readonly mode: TaskBrief['mode']
}

/**
 * Opens the built-in team as an ACP agent: one member of it, in the role given by its prompt and `.slipway/task.json`.
 * `home` is the directory where Slipway has written the address of its model.
 */
export function openTeamAgent(home: string): TurnAgent {
  const instructions = fs.readFileSync(path.join(import.meta.dirname, 'system.md'), 'utf8')
  return openTurnAgent<Memory>({
    name: 'slipway-team',
    title: 'Built-in team',
    modes: [
      { id: teamModes.work, name: 'Work', description: 'Writes and runs what it needs inside the walls' },
      { id: teamModes.ask, name: 'Ask', description: 'Asks before it writes a file or runs a command' },
    ],
    askingMode: teamModes.ask,
    begin: () => ({ conversation: null }),
    take: (turn) => play(turn, home, instructions),
  })
}

async function play(turn: Turn<Memory>, home: string, instructions: string): Promise<TurnAnswer> {
  const { state, stage, prompt } = turn
  const active = state.conversation ?? (await beginConversation(stage, home, instructions))
  const text = prompt.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n')
  const conversation: Conversation = {
    ...active,
    tools: toolsFor(active.role, active.mode, stage),
    messages: [...active.messages, { role: 'user', content: text }],
  }
  try {
    return await takeTurn(conversation, stage)
  } finally {
    state.conversation = { ...active, messages: conversation.messages }
  }
}

async function beginConversation(
  stage: Stage,
  home: string,
  instructions: string,
): Promise<ActiveConversation> {
  const endpoint = readModelEndpoint(home)
  const brief = await readBrief(stage)
  return {
    model: openModel(endpoint),
    instructions,
    role: brief?.role ?? null,
    mode: brief?.mode ?? 'team',
    contextTokens: endpoint.context_tokens,
    messages: [],
  }
}

/** Reads the brief of the attempt; null when there is none, as when a person tries the backend. */
async function readBrief(stage: Stage): Promise<TaskBrief | null> {
  const file = path.join(stage.cwd, stage.reports, 'task.json')
  if (!fs.existsSync(file)) return null
  const parsed = TaskBrief.safeParse(JSON.parse(await fs.promises.readFile(file, 'utf8')))
  return parsed.data ?? null
}
