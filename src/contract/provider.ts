import { z } from 'zod'
import { isPlain, NOT_PLAIN, PlainText } from './plain-text.ts'

/** The protocol between an agent and a model provider; `openai` is Chat Completions and Responses. */
export const Wire = z.enum(['anthropic', 'openai', 'gemini'])
export type Wire = z.infer<typeof Wire>

const name = PlainText.regex(
  /^[a-z0-9][a-z0-9_-]{0,63}$/,
  'a name has small letters, digits, - and _, at most 64 of them',
)
export const ProviderName = name
export const SecretName = name

/** The body of `PUT /api/secrets/{name}`. No route ever returns the value. */
export const SecretValue = z.strictObject({
  value: PlainText.trim()
    .min(1, 'the value is empty: send the key')
    .max(8192)
    .regex(/^[\x21-\x7e]+$/, 'the value has spaces or other characters that no key has'),
})
export const SecretView = z.object({ name: z.string(), set_at: z.string() })
export type SecretView = z.infer<typeof SecretView>
export const SecretList = z.object({ secrets: z.array(SecretView) })

const HeaderName = PlainText.regex(/^[A-Za-z0-9-]{1,64}$/, 'this is no name of an HTTP header')

/**
 * The body of `PUT /api/providers/{name}`: a model provider. Missing fields are filled in from Slipway's defaults for a
 * provider of that name (`anthropic`, `openai`, `gemini`, `openrouter`, `ollama`).
 */
export const ProviderInput = z.strictObject({
  wire: Wire.optional(),
  /** The common prefix of every path of the wire: `https://api.anthropic.com`, `https://api.openai.com/v1`. */
  base_url: z
    .url({ protocol: /^https?$/, error: 'this is no address: write it with http:// or https://' })
    .max(2000)
    .refine(isPlain, NOT_PLAIN)
    .refine(
      (text) => !/^https?:\/\/[^/?#]*@/.test(text),
      'an address holds no user and password: set a secret',
    )
    .optional(),
  /** The name of the secret that holds its key; null for a server that needs none. */
  secret: SecretName.nullable().optional(),
  /** The header that carries the key, where it differs from the wire's. */
  header: HeaderName.nullable().optional(),
  /** Sent with every call; must not contain secrets, because they are displayed. */
  headers: z
    .record(HeaderName, PlainText.max(2000).regex(/^[\x20-\x7e]*$/, 'a header is plain ASCII'))
    .optional(),
  /**
   * On the wire `openai`: the provider supports Responses as well; agents that support both use it instead of Chat
   * Completions.
   */
  responses: z.boolean().optional(),
  /** The model requested when none was chosen. */
  model: PlainText.trim().min(1).max(200).nullable().optional(),
  /** The only backends that use it; empty: all that use its wire. */
  backends: z.array(name).max(50).optional(),
})
export type ProviderInput = z.infer<typeof ProviderInput>

/** A provider as it is stored. */
export const Provider = z.object({
  name: z.string(),
  wire: Wire,
  base_url: z.string(),
  secret: z.string().nullable(),
  header: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  responses: z.boolean().default(false),
  model: z.string().nullable(),
  backends: z.array(z.string()),
})
export type Provider = z.infer<typeof Provider>

/** Why calls to a provider currently fail. `until` is null when a person has to act. */
export const ProviderTrouble = z.object({
  reason: z.string(),
  since: z.string(),
  until: z.string().nullable(),
})
export type ProviderTrouble = z.infer<typeof ProviderTrouble>

/**
 * The result of probing a provider with its key: it answered, refused the key, could not be reached, or gave a response
 * that is inconclusive about the key. `said` is the reason, null when it answered.
 */
export const ProviderProbe = z.object({
  result: z.enum(['answered', 'refused', 'unreachable', 'unclear']),
  said: z.string().nullable(),
  at: z.string(),
})
export type ProviderProbe = z.infer<typeof ProviderProbe>

export const ProviderView = Provider.extend({
  /** Whether calls can be made: the provider needs no key, or its key is set. */
  usable: z.boolean(),
  trouble: ProviderTrouble.nullable(),
  /** Probed when the provider, or its key, was set; null if it never was. */
  probe: ProviderProbe.nullable(),
})
export type ProviderView = z.infer<typeof ProviderView>
/** The first provider that matches a backend's wire and names the backend is used, else the first that names no backends. */
export const ProviderList = z.object({ providers: z.array(ProviderView) })
