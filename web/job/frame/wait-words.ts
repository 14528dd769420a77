import type { Wait } from '../../../src/contract/words.ts'

/** What can be done about a wait, as a place to go to; a budget is raised where it is told. */
export type Remedy = 'plan' | 'team' | 'models' | 'budget' | null

interface WaitWords {
  /** One sentence without its stop: for whom or what. */
  readonly text: string
  readonly remedy: Remedy
}

/** A wait of the job in words for a person; since and until when are added where it is shown. */
export function waitWords(wait: Wait): WaitWords {
  switch (wait.for) {
    case 'approval':
      return { text: `Waiting for you: ${wait.on} needs approval`, remedy: 'plan' }
    case 'answer':
      return { text: `Waiting for your answer: ${wait.on}`, remedy: 'team' }
    case 'permission':
      return { text: `Waiting for your permission: ${wait.on}`, remedy: 'team' }
    case 'budget':
      return { text: `Waiting for you: ${wait.on}`, remedy: 'budget' }
    case 'capacity':
      return { text: `Waiting for a free slot: ${wait.on}`, remedy: null }
    case 'backend':
      return { text: `Waiting for you: ${wait.on}`, remedy: 'models' }
    case 'retry':
      return { text: `Waiting for ${wait.on}`, remedy: null }
  }
}
