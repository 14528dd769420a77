import type { Answer } from '../door.ts'

/** One of the products that are measured side by side: Slipway, or a peer. */
export interface Product {
  readonly id: string
  /** Whether it is somebody else's program, which runs inside walls and with a user of its own. */
  readonly isForeign: boolean
  readonly url: string
  /** What answers 200 as soon as the product answers at all, and as soon as it can be used. */
  readonly alive: string
  readonly ready: string
  /** What it reads besides its own place. */
  readonly readable: readonly string[]
  /** Prepares the directory that it is started in, once, before its first start. */
  prepare(place: string): void
  command(place: string): Command
  /** Further arguments for a server that only takes tasks down and begins none, where that is not what it does anyway. */
  readonly idleArgs: readonly string[]
  /** Opens its API; throws as long as it does not answer. */
  open(place: string): Promise<Api>
}

export interface Command {
  readonly argv: readonly string[]
  readonly cwd: string
  /** The complete environment but for PATH, HOME and TMPDIR. */
  readonly env: Readonly<Record<string, string>>
}

/** What the product's own page asks for. */
export interface Api {
  /** The status of a create that was accepted. */
  readonly created: number
  /** The number of creates to try with many clients at once: less where each takes long. */
  readonly triesTogether: number
  create(n: number): Promise<Answer>
  /** Makes `count` more tasks as fast as it goes. */
  fill(count: number): Promise<void>
  /** What the page reads to show the tasks. */
  list(): Promise<Answer>
  close(): void
}

/** A text like those that people write, different each time. */
export const textOf = (n: number): string => `Implement feature number ${n} of the list, with its tests`
