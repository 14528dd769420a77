/**
 * Replaces `{{name}}` in a template. A value from a person needs a filter for the target language: `{{title|js}}` becomes a
 * string literal, `{{title|html}}` becomes text. Without a filter a value is inserted unchanged, which is only for numbers
 * and the demo's own words. Throws for a name without a value, which is a bug.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(
    /\{\{(\w+)(?:\|(\w+))?\}\}/g,
    (placeholder, name: string, filter: string | undefined) => {
      const value = values[name]
      if (value === undefined) throw new Error(`the template has no value for ${placeholder}`)
      if (filter === undefined) return value
      if (filter === 'js') return jsString(value)
      if (filter === 'html') return htmlText(value)
      throw new Error(`the template has no filter for ${placeholder}`)
    },
  )
}

/** Returns a JavaScript string literal in single quotes. */
export function jsString(text: string): string {
  const inner = JSON.stringify(text.toWellFormed()).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

export function htmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Escapes plain text for a line of Markdown: no character is markup, line breaks become spaces. */
export function markdownText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|~&!]/g, (character) => `\\${character}`)
}

/** Formats text as a Markdown quotation. */
export function markdownQuote(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${markdownText(line)}`.trimEnd())
    .join('\n')
}
