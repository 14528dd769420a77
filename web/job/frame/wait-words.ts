import type { Wait } from '../../../src/contract/words.ts'

/** What can be done about a wait, as a place to go to; a budget is raised where it is told. */
export type Remedy = 'plan' | 'team' | 'models' | 'budget' | 'health' | null

interface WaitWords {
  /** One sentence without its stop: for whom or what. */
  readonly text: string
  /** The same beside a word that says already who is waited for. */
  readonly short: string
  readonly remedy: Remedy
}

/** A wait of the job in words for a person; since and until when are added where it is shown. */
export function waitWords(wait: Wait): WaitWords {
  switch (wait.for) {
    case 'approval':
      return { ...ofYou(`${wait.on} needs your approval`), remedy: 'plan' }
    case 'answer':
      return { text: `Waiting for your answer: ${wait.on}`, short: wait.on, remedy: 'team' }
    case 'permission':
      return { text: `Waiting for your permission: ${wait.on}`, short: wait.on, remedy: 'team' }
    case 'budget':
      return { ...ofYou(wait.on), remedy: 'budget' }
    case 'capacity':
      return { ...ofIt(wait.on), remedy: null }
    case 'backend':
      return { ...ofYou(wait.on), remedy: 'models' }
    case 'upgrade':
      return { ...ofIt(wait.on), remedy: 'health' }
    case 'provider':
    case 'disk':
    case 'retry':
      return { ...ofIt(wait.on), remedy: null }
  }
}

function ofYou(what: string): Pick<WaitWords, 'text' | 'short'> {
  return { text: `Waiting for you: ${what}`, short: `${what[0]?.toUpperCase()}${what.slice(1)}` }
}

function ofIt(what: string): Pick<WaitWords, 'text' | 'short'> {
  return { text: `Waiting for ${what}`, short: `Waiting for ${what}` }
}
