import { MESSAGE_OPENING } from '../contract/brief.ts'

/** Returns the prompt with the messages that a person sent to an agent during its last turn. */
export function messagePrompt(texts: readonly string[]): string {
  return `${MESSAGE_OPENING}\n\n${texts.join('\n\n')}\n\nTake this into account in your task, make the necessary changes, and stop.\n`
}
