/** Providers that Slipway knows by name: they need only a key, or a running server. */
export const knownProviderNames = ['anthropic', 'openai', 'gemini', 'openrouter', 'ollama'] as const
export type KnownProviderName = (typeof knownProviderNames)[number]
