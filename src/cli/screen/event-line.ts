/** Formats one event as one line of text: time, agent, message. */
import { eventTone, type EventTone, type EventView } from '../../client/views.ts'
import { cleanLine } from './clean-text.ts'
import { onClock } from './duration.ts'
import type { Paint, Tone } from './terminal.ts'

/** The maximum number of characters shown of a message; `--json` has all of it. */
const messageLimit = 500

const tones: Readonly<Record<EventTone, Tone | null>> = {
  good: 'green',
  bad: 'red',
  waiting: 'yellow',
  detail: 'dim',
  plain: null,
}

/** `from` is the ISO time that counts as 0:00, usually the creation of the job. */
export function eventLine(event: EventView, from: string, paint: Paint): string {
  const clock = onClock(Date.parse(event.at) - Date.parse(from)).padStart(6)
  const text = cleanLine(event.message)
  const message = text.length > messageLimit ? `${text.slice(0, messageLimit)}…` : text
  const tone = tones[eventTone(event)]
  const agent = event.actor.startsWith('agent:') ? cleanLine(event.actor.slice('agent:'.length)) : ''
  // Many messages already begin with the agent's name.
  const who = agent === '' || message.startsWith(`${agent} `) ? '' : `${paint('cyan', agent)}: `
  return `${paint('dim', clock)}  ${who}${tone === null ? message : paint(tone, message)}`
}

/** Whether an event is a detail: session events report an agent's single steps; the others report results. */
export function isDetail(event: EventView): boolean {
  return event.type.startsWith('session.')
}
