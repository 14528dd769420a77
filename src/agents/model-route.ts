import type { Wire } from '../contract/provider.ts'

/** The protocol of a provider: its wire, and which of OpenAI's two protocols. */
export type Speech = Wire | 'openai-responses'

/**
 * The route from a backend to a model: through the gateway with a provider's key, with its own login, or not at all. `none`:
 * it needs no model, or the person who added it takes care of that.
 */
export type ModelRoute =
  | {
      readonly auth: 'gateway'
      readonly provider: string
      readonly speech: Speech
      readonly model: string | null
    }
  /** `isCertain` is false when it cannot be determined whether it is logged in. */
  | { readonly auth: 'own'; readonly isCertain: boolean }
  | { readonly auth: 'none' }
  | { readonly auth: null; readonly reason: string }
