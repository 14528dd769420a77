import type { KnownProviderName } from '../contract/known-providers.ts'
import type { Provider } from '../contract/provider.ts'

type Known = Pick<Provider, 'wire' | 'base_url' | 'secret'> & Partial<Pick<Provider, 'responses'>>

const known: Readonly<Record<KnownProviderName, Known>> = {
  anthropic: { wire: 'anthropic', base_url: 'https://api.anthropic.com', secret: 'anthropic' },
  openai: { wire: 'openai', base_url: 'https://api.openai.com/v1', secret: 'openai', responses: true },
  gemini: { wire: 'gemini', base_url: 'https://generativelanguage.googleapis.com', secret: 'gemini' },
  openrouter: { wire: 'openai', base_url: 'https://openrouter.ai/api/v1', secret: 'openrouter' },
  ollama: { wire: 'openai', base_url: 'http://127.0.0.1:11434/v1', secret: null },
}

/** The defaults of known providers, by name; undefined for an unknown name. */
export const knownProviders: Readonly<Record<string, Known | undefined>> = known
