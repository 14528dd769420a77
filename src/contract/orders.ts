/**
 * The few instructions that the conformance kit gives to an agent, as sentences that a person, a model, and an agent without
 * a model can interpret.
 */
export type Order =
  | { readonly do: 'write'; readonly file: string; readonly text: string }
  | { readonly do: 'run'; readonly command: string }
  | { readonly do: 'remember'; readonly word: string }
  | { readonly do: 'recall'; readonly file: string }

/** Returns an order as a sentence. Names and words must not contain quotes, texts and commands no line breaks. */
export function formatOrder(order: Order): string {
  switch (order.do) {
    case 'write':
      return `Create the file "${order.file}" with exactly this content: ${order.text}`
    case 'run':
      return `Run this shell command in the current directory: ${order.command}`
    case 'remember':
      return `Remember this word, I shall ask for it later: ${order.word}`
    case 'recall':
      return `Write the word that I asked you to remember, and nothing else, into the file "${order.file}".`
  }
}

const PATTERN =
  /Create the file "(?<write>[^"\n]+)" with exactly this content: (?<text>[^\n]*)|Run this shell command in the current directory: (?<run>[^\n]*)|Remember this word, I shall ask for it later: (?<word>\S+)|Write the word that I asked you to remember, and nothing else, into the file "(?<recall>[^"\n]+)"\./g

/** Returns the orders found in a text, in order of appearance. */
export function ordersIn(text: string): Order[] {
  return [...text.matchAll(PATTERN)].flatMap(({ groups = {} }): Order[] => {
    const { write, text: content = '', run, word, recall } = groups
    if (write !== undefined) return [{ do: 'write', file: write, text: content }]
    if (run !== undefined) return [{ do: 'run', command: run }]
    if (word !== undefined) return [{ do: 'remember', word }]
    return recall === undefined ? [] : [{ do: 'recall', file: recall }]
  })
}
