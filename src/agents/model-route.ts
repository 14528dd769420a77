import type { Wire } from '../contract/provider.ts'

/** How a provider is spoken to: its wire, and which of the two protocols of OpenAI's. */
export type Speech = Wire | 'openai-responses'

/**
 * How a backend reaches a model: through the gateway with a provider's key, with its own login, or not at all. `none`: it
 * needs no model, or a person who added it takes care of that.
 */
export type ModelRoute =
  | {
      readonly auth: 'gateway'
      readonly provider: string
      readonly speech: Speech
      readonly model: string | null
    }
  /** `sure` false: nobody can tell from here whether it is logged in. */
  | { readonly auth: 'own'; readonly sure: boolean }
  | { readonly auth: 'none' }
  | { readonly auth: null; readonly reason: string }
