import { generateText, type LanguageModel, type LanguageModelUsage, type ModelMessage } from 'ai'

/** The number of latest messages that are kept unchanged. */
const KEPT = 6
const SUMMARY_TOKENS = 4000

const REQUEST = `The conversation has grown too long and is cut here. Summarise, for yourself, what you need to continue the task: the
request, what is done and in which files, what you found out, what failed and why, and what is left to do. Be exact
about names and paths. Write nothing else.`

/**
 * Shortens a conversation to the prompt, a summary by the model itself of what followed, and the last messages. Returns null
 * when there is nothing to summarise. A tool's result never stays without its call.
 */
export async function compact(
  model: LanguageModel,
  messages: readonly ModelMessage[],
  signal: AbortSignal,
): Promise<{ messages: ModelMessage[]; usage: LanguageModelUsage } | null> {
  const [prompt, ...rest] = messages
  const at = cutAt(rest)
  if (prompt === undefined || at <= 1) return null
  const request: ModelMessage = { role: 'user', content: REQUEST }
  const { text, usage } = await generateText({
    model,
    messages: [prompt, ...rest.slice(0, at), request],
    maxOutputTokens: SUMMARY_TOKENS,
    maxRetries: 0,
    abortSignal: signal,
  })
  const summary: ModelMessage = {
    role: 'user',
    content: `What you have done so far, in your words:\n\n${text}`,
  }
  return { messages: [prompt, summary, ...rest.slice(at)], usage }
}

/** Returns the start of the kept messages: never at the result of a call that is cut off. */
function cutAt(rest: readonly ModelMessage[]): number {
  let at = Math.max(0, rest.length - KEPT)
  while (at > 0 && rest[at]?.role === 'tool') at -= 1
  return at
}
