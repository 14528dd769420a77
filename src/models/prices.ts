import fs from 'node:fs'
import path from 'node:path'
import { AppError } from '../lib/app-error.ts'
import type { Log } from '../lib/log.ts'
import type { CallUsage } from './usage.ts'

/** Dollars per million tokens. Without a price for cached tokens, they cost as much as other input. */
export interface Price {
  readonly input: number
  readonly output: number
  readonly cached?: number
  readonly cache_write?: number
}

type PriceList = Readonly<Record<string, Price>>

/** Model prices: the list of this package, overridden by that of the data directory. */
export interface Prices {
  /** Returns null when the model's price is not known. */
  find(provider: string, model: string): Price | null
}

const MILLION = 1_000_000

/** Opens both lists. `prices.json` in the data directory is read again when it changes; an invalid one is logged. */
export function openPrices(dataDir: string, log: Log): Prices {
  const standard = readList(path.join(import.meta.dirname, 'prices.json'))
  const file = path.join(dataDir, 'prices.json')
  let own: PriceList = {}
  let seen = 0
  const refresh = (): void => {
    const changed = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (changed === seen) return
    seen = changed
    try {
      own = changed === 0 ? {} : readList(file)
    } catch (error) {
      log.error({ err: error }, 'the prices are not changed')
    }
  }
  return {
    find(provider, model) {
      refresh()
      return findPrice(own, provider, model) ?? findPrice(standard, provider, model)
    },
  }
}

/** Returns the cost of a call in dollars. */
export function costOf(price: Price, usage: CallUsage): number {
  const uncached = usage.input - usage.cached - usage.cacheWrite
  const read = uncached * price.input + usage.cached * (price.cached ?? price.input)
  return (
    (read + usage.cacheWrite * (price.cache_write ?? price.input) + usage.output * price.output) / MILLION
  )
}

/**
 * Looks a price up by provider and model, by model, by the model without its date or its vendor, and by the provider alone.
 */
function findPrice(list: PriceList, provider: string, model: string): Price | null {
  const undated = model.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '')
  const unprefixed = undated.slice(undated.lastIndexOf('/') + 1)
  const names = [
    `${provider}/${model}`,
    `${provider}/${undated}`,
    model,
    undated,
    unprefixed,
    `${provider}/*`,
  ]
  const name = names.find((candidate) => Object.hasOwn(list, candidate))
  return name === undefined ? null : (list[name] ?? null)
}

function readList(file: string): PriceList {
  const found: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
  if (typeof found !== 'object' || found === null) throw wrong(file, 'it is not an object')
  const list: Record<string, Price> = {}
  for (const [name, price] of Object.entries(found)) {
    if (!isPrice(price))
      throw wrong(file, `"${name}" needs "input" and "output", in dollars for a million tokens`)
    list[name] = price
  }
  return list
}

function wrong(file: string, reason: string): AppError {
  return new AppError('bad_prices', `The prices in ${file} cannot be read: ${reason}.`)
}

function isPrice(value: unknown): value is Price {
  if (typeof value !== 'object' || value === null) return false
  const fields = Object.entries(value)
  const known = fields.every(
    ([name, amount]) =>
      ['input', 'output', 'cached', 'cache_write'].includes(name) &&
      typeof amount === 'number' &&
      amount >= 0,
  )
  return known && 'input' in value && 'output' in value
}
