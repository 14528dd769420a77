/** Helpers shared by all commands: examples in the help text, and parsers of options. */
import { InvalidArgumentError, type Command } from 'commander'

/** Adds examples to a command's help: `[command line, description]`. */
export function addExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const width = Math.max(...examples.map(([typed]) => typed.length))
  const lines = examples.map(([typed, description]) => `  $ ${typed.padEnd(width)}   ${description}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}

/** Returns a parser for a whole number from `least` to `most`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    }
    return value
  }
}

export function positiveAmount(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a positive number.')
  return value
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

export interface ServerFlags {
  dataDir?: string
  url?: string
}
