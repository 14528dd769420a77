import { MESSAGE_OPENING, type TaskBrief } from '../../contract/brief.ts'
import { ordersIn } from '../../contract/orders.ts'
import type { Stage } from '../stage/stage.ts'
import { openTurnAgent, type Turn, type TurnAgent, type TurnAnswer } from '../stage/turn-agent.ts'
import { obey, type Memory } from './obey.ts'
import { playDeveloper, type Body } from './play-developer.ts'
import { playArchitect, playProductOwner } from './play-planner.ts'
import { playReviewer } from './play-reviewer.ts'
import { promptText, readBrief } from './read-brief.ts'

/** The offline demo as an ACP agent. */
export interface OfflineAgent extends TurnAgent {
  /** Whether the fault `hang` makes the agent ignore cancels and SIGTERM. */
  readonly isDeaf: () => boolean
}

/** The reply to a prompt without a task. */
const INTRODUCTION =
  'I am the offline demo of Slipway. No model is behind me: given a task by Slipway, I build a small project from a blueprint. There is no task here, so I have touched nothing.'

export function openOfflineAgent(crash: (exitCode: number) => never): OfflineAgent {
  let deaf = false
  const body: Body = {
    crash,
    ignoreSignals: () => {
      deaf = true
    },
  }
  const played = openTurnAgent({
    name: 'slipway-offline-demo',
    title: 'Offline demo',
    modes: [
      { id: 'work', name: 'Work' },
      { id: 'ask', name: 'Ask before writing and running' },
    ],
    askingMode: 'ask',
    begin: (): Memory => ({ word: null }),
    take: (turn) => takeTurn(turn, body),
    hears: () => !deaf,
  })
  return { ...played, isDeaf: () => deaf }
}

async function takeTurn({ number, prompt, stage, state }: Turn<Memory>, body: Body): Promise<TurnAnswer> {
  const text = promptText(prompt)
  const isMessage = number > 1 && text.startsWith(MESSAGE_OPENING)
  const brief = isMessage ? null : await readBrief(stage, prompt)
  const orders = isMessage || brief !== null ? [] : ordersIn(text)
  if (isMessage) await acknowledge(stage, text)
  else if (orders.length > 0) await obey(stage, orders, state)
  else if (brief === null) await stage.message(INTRODUCTION)
  else await play(stage, brief, number, body)
  return { stopReason: 'end_turn' }
}

/** Handles a person's message during the work. Without a model the demo cannot understand it, and replies so. */
async function acknowledge(stage: Stage, text: string): Promise<void> {
  const message = text.slice(MESSAGE_OPENING.length).trim()
  await stage.message(
    `I was told: ${message}\n\nNo model is involved here, so I can only take note of it: what I have written stays as it is.`,
  )
}

async function play(stage: Stage, brief: TaskBrief, turn: number, body: Body): Promise<void> {
  switch (brief.role) {
    case 'product_owner':
      return playProductOwner(stage, brief)
    case 'architect':
      return playArchitect(stage, brief, turn)
    case 'reviewer':
      return playReviewer(stage, brief)
    case 'developer':
    case 'tester':
      return playDeveloper(stage, brief, body)
  }
}
