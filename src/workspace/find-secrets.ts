/** A secret in a text, and its kind. */
export interface FoundSecret {
  readonly kind: string
  readonly secret: string
}

/** Finds private keys, and keys and tokens of well-known services, in the text of a file. */
export async function findSecrets(file: string, text: string): Promise<FoundSecret[]> {
  // Loaded on first use, because a start does not need it.
  const [{ lintSource }, { creator }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ])
  const { messages } = await lintSource({
    source: { filePath: file, content: text, contentType: 'text' },
    options: { config: { rules: [{ id: 'recommended', rule: creator }] } },
  })
  return messages
    .filter(({ type }) => type === 'message')
    .map(({ ruleId, range: [from, to] }) => ({
      kind: ruleId.replace(/^.*secretlint-rule-/, ''),
      secret: text.slice(from, to),
    }))
}
