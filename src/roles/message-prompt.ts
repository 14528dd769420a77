import { MESSAGE_OPENING } from '../contract/brief.ts'

/** Returns the prompt that passes an agent, after a turn, the messages that a person sent during it. */
export function messagePrompt(texts: readonly string[]): string {
  return `${MESSAGE_OPENING}\n\n${texts.join('\n\n')}\n\nTake it into account in your task, change what has to be changed, and stop.\n`
}
