import type { Wait } from '../../src/contract/words.ts'

/** The place where a wait can be resolved; a budget is raised where the wait is shown. */
export type Remedy = 'plan' | 'team' | 'models' | 'budget' | 'health' | null

interface WaitWords {
  /** One sentence without a full stop: who or what is waited for. */
  readonly text: string
  /** The same, for use beside a label that already names who is waited for. */
  readonly short: string
  readonly remedy: Remedy
}

/** Returns a wait of the job in words for a person; times are added where it is shown. */
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
