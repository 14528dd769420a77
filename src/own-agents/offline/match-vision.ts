import { withoutMarkers } from './faults.ts'

/**
 * Finds the blueprint for a vision by scored keywords. A strong phrase is sufficient alone, weak words must be combined, and
 * exclusions ("without a calculator", "calculator-free") are not read at all. Without a clear winner the starter is used,
 * because that is better than a wrong guess.
 */
export type BlueprintId =
  | 'calculator'
  | 'counter'
  | 'todo'
  | 'words'
  | 'shortener'
  | 'webpage'
  | 'tictactoe'
  | 'markdown'
  | 'stopwatch'
  | 'units'
  | 'password'
  | 'starter'

/** The score that is sufficient alone; also the minimum sum of weak words. */
const ENOUGH = 4
/** The number of characters read: a vision may have 100,000, and its subject is at the beginning. */
const READ_CHARS = 3000
/** The number of characters in which words name the subject; later ones describe it. */
const EARLY_CHARS = 160

type Rules = readonly (readonly [RegExp, number])[]

const RULES: Readonly<Record<Exclude<BlueprintId, 'starter'>, Rules>> = {
  calculator: [
    [/\b(calculator|taschenrechner|calculatrice|calculadora)\b/, 4],
    [/\barithmetic\b|\bmath(s|ematical)? expressions?\b/, 3],
    [/\b(add|subtract|multipl(y|ies)|divides?)\b.*\b(subtract|multipl(y|ies)|divides?)\b/, 4],
    [/\b(parenthes[ei]s|precedence|evaluat\w+)\b/, 1],
    [
      /\b(mortgage|loan|tax|bmi|tip|calorie|interest|salary|carbon|pregnancy|insurance|grade|age|shipping|roi|savings?)[- ]calculator\b/,
      -6,
    ],
  ],
  counter: [
    [/\b(counter button|button counter|click counter|clicker|counter app|counter page|tally)\b/, 5],
    [/\b(counter|zähler|compteur|contador)\b/, 3],
    [/\bcounts? (the )?(clicks|up|button)/, 4],
    [/\b(button|increment|decrement|page|app|click\w*|reset|simple)\b/, 1],
    [
      /\b(word|character|letter|calorie|step|line|kitchen|bar|bean|people|visitor)s?[- ]counter\b|\bcounter[- ](strike|top|tops|part|parts|offer)|\b(kitchen|shop|bakery|deli|service) counter\b/,
      -6,
    ],
  ],
  todo: [
    [/\bto-?do\b(?! (with|the|this|it))|\bto do (list|app)|\btodos\b/, 5],
    [
      /\btask (list|manager|tracker)\b|\baufgabenliste\b|\bliste de tâches\b|\blista de tareas\b|\beinkaufsliste\b|\bshopping list\b|\bchecklist\b/,
      4,
    ],
    [/\b(tasks?|tick|done|list)\b/, 1],
    [/\b(has|have|nothing|anything|something|much|ado) to do\b/, -3],
  ],
  words: [
    [
      /\bword[- ](frequenc\w+|counts?|counter|counting)\b|\bfrequency of (the )?words\b|\bw[oö]rter? (zähl|häufig)\w*|\bworthäufigkeit\w*/,
      5,
    ],
    [/\bcounts? (the |all |how often )?(\w+ )?words\b|\bmost (common|frequent|used) words\b/, 5],
    [/\bwords?\b/, 1],
    [/\b(frequen\w+|occurrences?|text|histogram)\b/, 1],
  ],
  shortener: [
    [
      /\b(url|link)[- ]?(shortener|shortening|shortner)\b|\bshort(en|ens|ening)\b.{0,30}\b(urls?|links?|address(es)?)\b|\btiny ?url\b|\bbit\.?ly\b/,
      5,
    ],
    [/\bshort (links?|urls?|codes?)\b/, 4],
    [/\bredirects?\b/, 1],
  ],
  webpage: [
    [
      /\b(static|simple|single|landing|personal|home|hello|web|html)[- ]?(web ?)?(page|site|website|homepage)\b/,
      4,
    ],
    [/\b(web ?page|web ?site|homepage|webseite|site web|página web|landing page|portfolio page)\b/, 4],
    [/\bpage\b/, 2],
    [/\b(html|css|greet\w*|theme|dark mode|says?|script)\b/, 1],
    [
      /\b(shop|store|webshop|e-?commerce|booking|forum|scrap\w+|crawl\w+|monitor\w*|builder|generator|analy[sz]\w+|blog(s|ging)?)\b/,
      -5,
    ],
  ],
  tictactoe: [
    [/\btic[- ]?tac[- ]?toe\b|\bnoughts and crosses\b|\btres en raya\b|\bmorpion\b|\bdrei gewinnt\b/, 6],
    [/\b(unbeatable|minimax)\b/, 1],
    [/\bultimate tic/, -4],
  ],
  markdown: [
    [/\b(markdown|md)\b.{0,40}\bhtml\b|\bmd2html\b|\bhtml\b.{0,30}\bfrom markdown\b/, 5],
    [/\bmarkdown (converter|parser|renderer|compiler|processor)\b/, 5],
    [/\bmarkdown\b/, 1],
    [/\bhtml (in)?to (markdown|md)\b|\bpdf\b/, -6],
  ],
  stopwatch: [
    [/\bstop-?watch\b|\bstoppuhr\b|\bchronom[èe]tre\b|\bcronómetro\b/, 5],
    [/\b(laps?|timer|elapsed)\b/, 1],
  ],
  units: [
    [
      /\b(unit|units|measurement|temperature|length|weight|distance)[- ](converter|conversions?|convertor)\b|\beinheiten(um)?rechner\b/,
      5,
    ],
    [
      /\bconverts?\b.{0,60}\b(units?|miles|kilomet\w+|km|celsius|fahrenheit|pounds|kilograms|kg|inches|feet|temperatures?)\b/,
      5,
    ],
    [/\b(celsius|fahrenheit|kilomet\w+|miles)\b/, 1],
    [/\bcurrenc(y|ies)\b/, -3],
  ],
  password: [
    [
      /\b(password|passphrase|passwort|passwörter)[- ]?(generator|maker|creator|generieren)?\b.{0,20}\b(generat\w+|creat\w+|mak\w+)\b/,
      4,
    ],
    [/\b(password|passwort)[- ]?generator\b|\b(generat\w+|creat\w+|makes?)\b.{0,25}\bpasswords?\b/, 5],
    [/\b(password|random|secure|strong)\b/, 1],
    [/\b(password|vault)[- ]?(manager|safe|store|vault|reset|cracker)\b|\blog-?in\b/, -6],
  ],
}

/** Returns the blueprint for a vision. Never throws; `starter` when nothing matches. */
export function matchVision(vision: string): BlueprintId {
  const text = readable(vision)
  const ranked = IDS.map((id) => ({ id, score: scoreOf(text, RULES[id]) })).sort((a, b) => b.score - a.score)
  const [best, next] = ranked
  if (best !== undefined && best.score >= ENOUGH) return best.score > (next?.score ?? 0) ? best.id : 'starter'
  // A page is only a form: it counts when nothing else names the subject.
  return scoreOf(text, RULES.webpage) >= ENOUGH ? 'webpage' : 'starter'
}

const IDS: readonly Exclude<BlueprintId, 'starter' | 'webpage'>[] = [
  'tictactoe',
  'shortener',
  'todo',
  'words',
  'markdown',
  'units',
  'password',
  'stopwatch',
  'calculator',
  'counter',
]

/** Returns the vision in lower case, without names, quotations and exclusions. */
function readable(vision: string): string {
  return withoutMarkers(vision.slice(0, READ_CHARS))
    .normalize('NFC')
    .replace(/\b(called|named|titled)\s+(["'“„«][^"'”“»\n]{1,80}["'”“»]|\S+)/gi, ' ')
    .toLowerCase()
    .replace(/[‐-―]/g, '-')
    .replace(/\b[\w-]+-(free|less|like|inspired)\b/g, ' ')
    .replace(
      /\b(without|no|not|never|instead of|rather than|except|unlike|anything but|don't (want|need|build|make))( (a|an|any|the|another|yet|just|only|simply|have|need|build|make))* [\w-]+( (list|app|page|generator|converter|shortener))?/g,
      ' ',
    )
}

function scoreOf(text: string, rules: Rules): number {
  const early = text.slice(0, EARLY_CHARS)
  let score = 0
  for (const [pattern, points] of rules) {
    if (pattern.test(early)) score += points > 1 ? points + 1 : points
    else if (pattern.test(text)) score += points
  }
  return score
}
