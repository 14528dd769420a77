import type { Provider } from '../contract/provider.ts'

type Known = Pick<Provider, 'wire' | 'base_url' | 'secret'> & Partial<Pick<Provider, 'responses'>>

/** Providers that need no more than a key, or a running server. */
export const knownProviders: Readonly<Record<string, Known>> = {
  anthropic: { wire: 'anthropic', base_url: 'https://api.anthropic.com', secret: 'anthropic' },
  openai: { wire: 'openai', base_url: 'https://api.openai.com/v1', secret: 'openai', responses: true },
  gemini: { wire: 'gemini', base_url: 'https://generativelanguage.googleapis.com', secret: 'gemini' },
  openrouter: { wire: 'openai', base_url: 'https://openrouter.ai/api/v1', secret: 'openrouter' },
  ollama: { wire: 'openai', base_url: 'http://127.0.0.1:11434/v1', secret: null },
}
