import fs from 'node:fs'
import path from 'node:path'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModel } from 'ai'
import { z } from 'zod'

/** The file in the agent's HOME with the address of its model. Slipway writes it; nothing is read from the environment. */
export const MODEL_FILE = '.slipway/model.json'

const ModelEndpoint = z.object({
  /** The protocol of the model. `openai` is Chat Completions, which nearly every other server supports too. */
  wire: z.enum(['anthropic', 'openai', 'openai-responses', 'gemini']),
  /** The address up to and including the version of the API. */
  url: z.url(),
  /** Empty when the server needs none. */
  key: z.string().default(''),
  model: z.string().min(1),
  /** The number of input tokens above which earlier messages are summarised. */
  context_tokens: z.int().min(1000).default(120_000),
})
export type ModelEndpoint = z.infer<typeof ModelEndpoint>

/** Throws with a sentence when the file is missing or invalid. */
export function readModelEndpoint(home: string): ModelEndpoint {
  const file = path.join(home, MODEL_FILE)
  if (!fs.existsSync(file))
    throw new Error(
      'No model is configured for the built-in team: add a provider with `slipway providers add`.',
    )
  const parsed = ModelEndpoint.safeParse(JSON.parse(fs.readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Error(
    `${MODEL_FILE} cannot be used: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is invalid'}`,
  )
}

export function openModel({ wire, url, key, model }: ModelEndpoint): LanguageModel {
  switch (wire) {
    case 'anthropic':
      return createAnthropic({ baseURL: url, apiKey: key })(model)
    case 'gemini':
      return createGoogle({ baseURL: url, apiKey: key })(model)
    case 'openai-responses':
      return createOpenAI({ baseURL: url, apiKey: key }).responses(model)
    case 'openai':
      return createOpenAICompatible({
        name: 'openai',
        baseURL: url,
        includeUsage: true,
        ...(key === '' ? {} : { apiKey: key }),
      })(model)
  }
}
