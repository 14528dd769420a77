/**
 * Fills `{{name}}` in a template. A value that came from a person must name the language it is put into:
 * `{{title|js}}` becomes a string literal, `{{title|html}}` becomes text. Without a filter a value is put in as it
 * is, which is for numbers and words of our own only. A name without a value is a mistake of ours and throws.
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

/** A JavaScript string literal in single quotes. */
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

/** Plain text inside a line of Markdown: no character of it is markup, line breaks become spaces. */
export function markdownText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|~&!]/g, (character) => `\\${character}`)
}

/** Text as a Markdown quotation. */
export function markdownQuote(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${markdownText(line)}`.trimEnd())
    .join('\n')
}
