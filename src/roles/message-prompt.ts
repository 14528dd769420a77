import { MESSAGE_OPENING } from '../contract/brief.ts'

/** The prompt that tells an agent, after a turn, what a person said to it meanwhile. */
export function messagePrompt(texts: readonly string[]): string {
  return `${MESSAGE_OPENING}\n\n${texts.join('\n\n')}\n\nTake it into account in your task, change what has to be changed, and stop.\n`
}
