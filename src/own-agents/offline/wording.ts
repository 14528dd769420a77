import { withoutMarkers } from './faults.ts'

/**
 * Wording and looks taken from a vision: the program's name, its title, the language of the title, colours, lengths.
 * Everything here is a guess by plain rules, bounded, and safe to insert into files through the template filters; `vision`
 * and `blurb` are cut to a sensible length.
 */
export type Language = 'en' | 'de' | 'fr' | 'es'

export interface Wording {
  /** The name of the program in the vision, or null. */
  readonly name: string | null
  readonly language: Language
  readonly accent: string
  readonly onAccent: string
  readonly theme: 'light' | 'dark'
  readonly colour: boolean
  readonly maxLength: number
  readonly codeLength: number
  readonly passwordLength: number
  /** The vision without markers, at most `VISION_CHARS` characters. */
  readonly vision: string
  /** One or two sentences for a page. */
  readonly blurb: string
  /** The first sentence of the vision, short enough for a title. */
  readonly headline: string
  /** Features that the vision asks for and no blueprint has, each as a short phrase. */
  readonly missing: readonly string[]
}

const VISION_CHARS = 2000
const BLURB_CHARS = 300
const TITLE_CHARS = 60

const COLOURS: Readonly<Record<string, string>> = {
  red: '#c62828',
  orange: '#d84315',
  yellow: '#f9d71c',
  green: '#2e7d32',
  teal: '#00796b',
  blue: '#1d4ed8',
  purple: '#6a1b9a',
  violet: '#6a1b9a',
  pink: '#ad1457',
  brown: '#5d4037',
  black: '#111111',
  grey: '#616161',
  gray: '#616161',
  gold: '#d4a017',
}

/** Missing from every blueprint except the web pages. */
export const IN_BROWSER = 'a page in the browser'

const BEYOND: readonly (readonly [RegExp, string])[] = [
  [
    /\b(python|rust|golang|java(?!script)|kotlin|swift|ruby|php|c\+\+|c#|\.net)(?!\w)/i,
    'another programming language than JavaScript',
  ],
  [/\b(react|vue|angular|svelte|next\.?js|tailwind|electron)\b/i, 'a framework'],
  [/\b(web ?app|web ?page|web ?site|browser)\b/i, IN_BROWSER],
  [/\b(android|ios|iphone|mobile app|smartphone)\b/i, 'a mobile app'],
  [/\b(log-?ins?|sign-?(in|up)s?|accounts?|authentication|oauth|passkeys?|multi-?user)\b/i, 'accounts'],
  [/\b(database|postgres(ql)?|mysql|sqlite|mongo(db)?|redis)\b/i, 'a database'],
  [/\b(docker|kubernetes|cloud|deploy(ed|ment)?)\b/i, 'a deployment'],
  [/\b(multi-?player|real-?time|web-?sockets?)\b/i, 'connections between people'],
]

export function wordingOf(rawVision: string): Wording {
  const text = withoutMarkers(rawVision.toWellFormed().replace(/\r\n?/g, '\n'))
  const head = cut(text, VISION_CHARS)
  const accent = accentOf(head)
  return {
    name: nameOf(head),
    language: languageOf(head),
    accent,
    onAccent: isBright(accent) ? '#111111' : '#ffffff',
    theme: /\b(dark|dunkle[rsnm]?|dunkel|sombre|oscur[oa])\b/i.test(head) ? 'dark' : 'light',
    colour: /\bcolou?r(s|ed|ful)?\b/i.test(head),
    maxLength: numberOf(
      head,
      /(?:max(?:imum)?|at most|up to|no (?:more|longer) than)\D{0,24}(\d{1,5})[ -]*(?:char|letter|zeichen)/i,
      200,
      10,
      2000,
    ),
    codeLength: numberOf(
      head,
      /(\d{1,3})[ -](?:character|char|letter|digit)s?[ -](?:long )?(?:short )?(?:code|slug|link|id)/i,
      7,
      4,
      32,
    ),
    passwordLength: numberOf(head, /(\d{1,4})[ -](?:character|char|zeichen)/i, 16, 8, 128),
    vision: head === '' ? 'No vision was given.' : head,
    blurb: cut(oneLine(saying(head) ?? head), BLURB_CHARS),
    headline: cut(oneLine(firstSentence(head)), TITLE_CHARS) || 'Untitled',
    missing: BEYOND.flatMap(([pattern, what]) => (pattern.test(head) ? [what] : [])),
  }
}

/** Returns a name that npm and shells accept, or null when nothing is left of the text. */
export function slugOf(text: string): string | null {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  const slug = plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '')
  return slug === '' ? null : slug
}

/** Cuts a well-formed text to at most `limit` UTF-16 units, with an ellipsis, without splitting a code point. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  const shortened = text.slice(0, limit - 1)
  return `${(shortened.isWellFormed() ? shortened : shortened.slice(0, -1)).trimEnd()}…`
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function firstSentence(text: string): string {
  return /^\s*\S[^\n]*?(?=[.!?](?:\s|$)|\n|$)/.exec(text)?.[0].trim() ?? ''
}

const CALLED =
  /(?:^|[\s,(])(?:called|named|titled|entitled|namens|genannt|appelée?|nommée?|llamad[ao])\s*:?\s+/i
const OPENING: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '“': '”',
  '„': '“',
  '«': '»',
  '‘': '’',
  '`': '`',
}

function nameOf(text: string): string | null {
  const found = CALLED.exec(text)
  if (found === null) return null
  const rest = text.slice(found.index + found[0].length)
  const closing = OPENING[rest.slice(0, 1)]
  if (closing !== undefined) {
    const end = rest.indexOf(closing, 1)
    const quoted = end > 0 ? oneLine(rest.slice(1, end)) : ''
    if (quoted !== '') return cut(quoted, TITLE_CHARS)
  }
  // Without quotes a name is a run of capitalised words, or one word of any kind.
  const words =
    /^(?:[\p{Lu}\p{N}][\p{L}\p{N}+-]*)(?: (?:[\p{Lu}\p{N}][\p{L}\p{N}+-]*)){0,3}|^[\p{L}\p{N}+-]+/u.exec(rest)
  return words === null ? null : cut(words[0].replace(/[-+]+$/, ''), TITLE_CHARS)
}

/** Returns the text that the vision wants on a page: `that says "Hello"`. */
function saying(text: string): string | null {
  return (
    /\b(?:says?|saying|reads?|reading|with the text)\s*:?\s+["“'„]([^"”“\n]{1,300})["”'“]/i.exec(text)?.[1] ??
    null
  )
}

function languageOf(text: string): Language {
  if (/\b(in german|german title|auf deutsch|deutsch)/i.test(text)) return 'de'
  if (/\b(in french|french title|en français)/i.test(text)) return 'fr'
  if (/\b(in spanish|spanish title|en español)/i.test(text)) return 'es'
  const hits = (pattern: RegExp): number => text.slice(0, 300).match(pattern)?.length ?? 0
  if (hits(/(?<!\p{L})(ein|eine|einen|einem|und|mit|für|der|die|das|zum)(?!\p{L})/giu) >= 2) return 'de'
  if (hits(/(?<!\p{L})(une|avec|et|pour|qui|les|des)(?!\p{L})/giu) >= 2) return 'fr'
  if (hits(/(?<!\p{L})(una|con|para|que|los|las)(?!\p{L})/giu) >= 2) return 'es'
  return 'en'
}

function accentOf(text: string): string {
  const hex = /#([0-9a-f]{6})\b/i.exec(text)
  if (hex !== null) return `#${(hex[1] ?? '').toLowerCase()}`
  const named = new RegExp(`\\b(${Object.keys(COLOURS).join('|')})\\b`, 'i').exec(text)
  return COLOURS[named?.[1]?.toLowerCase() ?? ''] ?? '#1d4ed8'
}

/** Whether black text is more readable on a colour than white: by relative luminance (WCAG 2). */
function isBright(hex: string): boolean {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) > 0.18
}

function numberOf(text: string, pattern: RegExp, standard: number, least: number, most: number): number {
  const found = pattern.exec(text)?.[1]
  return found === undefined ? standard : Math.min(most, Math.max(least, Number(found)))
}
