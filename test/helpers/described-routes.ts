import type { TestServer } from './server.ts'

/** A part of a JSON Schema in the OpenAPI document of a server. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

/** A route as the server itself describes it. */
export interface DescribedRoute {
  readonly method: string
  /** With its parameters in braces. */
  readonly path: string
  readonly query: readonly string[]
  /** The schema of the JSON body; null without one. */
  readonly body: Schema | null
}

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

/** Every route of the server's OpenAPI document. */
export async function describedRoutes({ url, token }: TestServer): Promise<DescribedRoute[]> {
  const response = await fetch(`${url}/api/openapi.json`, { headers: { authorization: `Bearer ${token}` } })
  const { paths } = (await response.json()) as {
    paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  }
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      query: (operation.parameters ?? []).filter((one) => one.in === 'query').map((one) => one.name),
      body: operation.requestBody?.content['application/json']?.schema ?? null,
    })),
  )
}

/** A body with one text replaced, and the path of that text. */
export interface Spoilt {
  readonly at: string
  readonly body: unknown
}

/**
 * Returns, for each text in a schema, including names of entries, a body that is valid except for `bad` at the end of that
 * text.
 */
export function spoilEachText(schema: Schema | null, bad: string, at = ''): Spoilt[] {
  if (schema === null) return []
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.flatMap((choice) => spoilEachText(choice, bad, at))
  if (schema.allOf !== undefined) return spoilEachText(merged(schema.allOf), bad, at)
  if (schema.enum !== undefined || schema.const !== undefined || isA(schema, 'string'))
    return [{ at, body: `${String(sample(schema))}${bad}` }]
  if (schema.items !== undefined)
    return spoilEachText(schema.items, bad, `${at}[]`).map((one) => ({ ...one, body: [one.body] }))
  const { properties = {}, additionalProperties: entry } = schema
  const whole = sampleObject(schema)
  const spoilt = Object.entries(properties).flatMap(([name, inner]) =>
    spoilEachText(inner, bad, `${at}.${name}`).map((one) => ({
      ...one,
      body: { ...whole, [name]: one.body },
    })),
  )
  if (typeof entry !== 'object') return spoilt
  return [
    ...spoilt,
    { at: `${at} (a name)`, body: { ...whole, [`a${bad}`]: sample(entry) } },
    ...spoilEachText(entry, bad, `${at}.*`).map((one) => ({ ...one, body: { ...whole, a: one.body } })),
  ]
}

function sample(schema: Schema): unknown {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices?.[0] !== undefined) return sample(choices[0])
  if (schema.allOf !== undefined) return sample(merged(schema.allOf))
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (isA(schema, 'string')) return sampleText(schema.format)
  if (isA(schema, 'boolean')) return false
  if (isA(schema, 'integer') || isA(schema, 'number')) return schema.minimum ?? 1
  if (schema.items !== undefined) return [sample(schema.items)]
  return sampleObject(schema)
}

function sampleText(format: string | undefined): string {
  if (format === 'uuid') return '01a20c4b-0000-7000-8000-000000000000'
  return format === 'uri' ? 'http://127.0.0.1:1/' : 'a'
}

function sampleObject({ properties = {} }: Schema): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, sample(inner)]))
}

function merged(parts: readonly Schema[]): Schema {
  return parts.reduce((all, part) => ({ ...all, ...part }), {})
}

function isA({ type }: Schema, wanted: string): boolean {
  return type === wanted || (Array.isArray(type) && type.includes(wanted))
}
