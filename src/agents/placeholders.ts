/** The values of a profile's placeholders; null where an attempt has none. */
export interface Values {
  readonly gateway: string | null
  readonly base: string | null
  readonly speech: string | null
  readonly token: string | null
  readonly model: string | null
  readonly home: string | null
  readonly install: string | null
}

const platform = `${process.platform}-${process.arch}`

/** Replaces `{gateway}`, `{base}`, `{speech}`, `{token}`, `{model}`, `{home}`, `{install}` and `{platform}` in a text. */
export function fill(text: string, values: Partial<Values> = {}): string {
  return text.replaceAll(
    /\{(gateway|base|speech|token|model|home|install|platform)\}/g,
    (whole, name: string) => {
      if (name === 'platform') return platform
      return Object.entries(values).find(([key]) => key === name)?.[1] ?? whole
    },
  )
}

/** Fills in the values of an environment; entries that need a placeholder without a value are left out. */
export function fillEnv(
  env: Readonly<Record<string, string>>,
  values: Partial<Values>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env)
      .map(([name, text]): [string, string] => [name, fill(text, values)])
      .filter(([, text]) => !/\{(gateway|base|speech|token|model|home|install)\}/.test(text)),
  )
}
