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

/** The body of `PUT /api/secrets/{name}`. No route answers with a value again. */
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
 * Where models are: the body of `PUT /api/providers/{name}`. What is left out is filled in from what Slipway knows of a
 * provider of that name (`anthropic`, `openai`, `gemini`, `openrouter`, `ollama`).
 */
export const ProviderInput = z.strictObject({
  wire: Wire.optional(),
  /** Up to what every path of the wire begins with: `https://api.anthropic.com`, `https://api.openai.com/v1`. */
  base_url: z
    .url({ protocol: /^https?$/, error: 'this is no address: write it with http:// or https://' })
    .max(2000)
    .refine(isPlain, NOT_PLAIN)
    .refine(
      (text) => !/^https?:\/\/[^/?#]*@/.test(text),
      'an address holds no user and password: set a secret',
    )
    .optional(),
  /** The name of the secret that is its key; null for a server that wants none. */
  secret: SecretName.nullable().optional(),
  /** The header that carries the key, where it is not the one of the wire. */
  header: HeaderName.nullable().optional(),
  /** Sent along with every call; no secrets, they are shown. */
  headers: z
    .record(HeaderName, PlainText.max(2000).regex(/^[\x20-\x7e]*$/, 'a header is plain ASCII'))
    .optional(),
  /** On the wire `openai`: it serves Responses as well, and who can choose takes them before Chat Completions. */
  responses: z.boolean().optional(),
  /** The model that is asked for when nobody chose one. */
  model: PlainText.trim().min(1).max(200).nullable().optional(),
  /** Only these backends use it; empty: all that speak its wire. */
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

/** Why calls to a provider fail just now. `until` null: until a person does something. */
export const ProviderTrouble = z.object({
  reason: z.string(),
  since: z.string(),
  until: z.string().nullable(),
})
export type ProviderTrouble = z.infer<typeof ProviderTrouble>

/**
 * What came of trying a provider with its key: it answered, refused the key, could not be reached, or said something from
 * which nothing can be told about the key. `said` is why, null where it answered.
 */
export const ProviderProbe = z.object({
  result: z.enum(['answered', 'refused', 'unreachable', 'unclear']),
  said: z.string().nullable(),
  at: z.string(),
})
export type ProviderProbe = z.infer<typeof ProviderProbe>

export const ProviderView = Provider.extend({
  /** Whether calls can be made: it needs no key, or its key is set. */
  usable: z.boolean(),
  trouble: ProviderTrouble.nullable(),
  /** Tried when it, or its key, was set; null while it was not. */
  probe: ProviderProbe.nullable(),
})
export type ProviderView = z.infer<typeof ProviderView>
/** The first that fits a backend's wire and names the backend is used, else the first that names none. */
export const ProviderList = z.object({ providers: z.array(ProviderView) })
