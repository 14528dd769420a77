import {
  APICallError,
  streamText,
  type FinishReason,
  type LanguageModel,
  type ModelMessage,
  type ToolSet,
} from 'ai'
import type { Stage } from '../stage/stage.ts'
import type { TurnAnswer } from '../stage/turn-agent.ts'
import { compact } from './compact.ts'

/** The maximum number of model steps within one turn. */
const STEPS = 200

export interface Conversation {
  readonly model: LanguageModel
  readonly instructions: string
  readonly tools: ToolSet
  readonly contextTokens: number
  /** Grows with every step, and shrinks when it is summarised. */
  messages: ModelMessage[]
}

/**
 * Runs one turn: the model responds, its tool calls are executed, and it is called again with the results, until it makes no
 * more calls. Throws a sentence when the model cannot be reached.
 */
export async function takeTurn(conversation: Conversation, stage: Stage): Promise<TurnAnswer> {
  const used = { inputTokens: 0, outputTokens: 0 }
  const count = (usage: { inputTokens: number | undefined; outputTokens: number | undefined }): void => {
    used.inputTokens += usage.inputTokens ?? 0
    used.outputTokens += usage.outputTokens ?? 0
  }
  const answer = (stopReason: TurnAnswer['stopReason']): TurnAnswer => ({
    stopReason,
    usage: { ...used, totalTokens: used.inputTokens + used.outputTokens },
  })
  for (let step = 0; step < STEPS; step += 1) {
    const { finishReason, usage } = await takeStep(conversation, stage)
    count(usage)
    if (finishReason === 'length') return answer('max_tokens')
    if (finishReason === 'content-filter') return answer('refusal')
    if (finishReason !== 'tool-calls') return answer('end_turn')
    if ((usage.inputTokens ?? 0) + (usage.outputTokens ?? 0) < conversation.contextTokens) continue
    const shorter = await compact(conversation.model, conversation.messages, stage.signal)
    if (shorter === null) continue
    count(shorter.usage)
    conversation.messages = shorter.messages
    await stage.stream('thought', 'The conversation was summed up to make room.\n\n')
  }
  return answer('max_turn_requests')
}

interface Step {
  readonly finishReason: FinishReason
  readonly usage: { inputTokens: number | undefined; outputTokens: number | undefined }
}

async function takeStep(conversation: Conversation, stage: Stage): Promise<Step> {
  const result = streamText({
    model: conversation.model,
    instructions: conversation.instructions,
    messages: conversation.messages,
    tools: conversation.tools,
    abortSignal: stage.signal,
    // Retries are left to the gateway and the job's rules, which see all calls of a job.
    maxRetries: 0,
    // The error is part of the stream as well, and is thrown there.
    onError: () => undefined,
  })
  let end: Step | null = null
  for await (const part of result.fullStream) {
    if (part.type === 'text-delta') await stage.stream('message', part.text)
    else if (part.type === 'reasoning-delta') await stage.stream('thought', part.text)
    else if (part.type === 'error') throw described(part.error)
    else if (part.type === 'finish-step') end = { finishReason: part.finishReason, usage: part.usage }
  }
  stage.signal.throwIfAborted()
  if (end === null) throw new Error('The answer of the model ended in the middle.')
  conversation.messages = [...conversation.messages, ...(await result.responseMessages)]
  return end
}

/**
 * Returns an error with the message of the model's server, if there is one, because it explains more than the name of an
 * error.
 */
function described(error: unknown): Error {
  if (APICallError.isInstance(error)) {
    const status = error.statusCode === undefined ? '' : ` (HTTP ${error.statusCode})`
    return new Error(`The model could not be asked${status}: ${error.message}`, { cause: error })
  }
  return error instanceof Error ? error : new Error(String(error))
}
