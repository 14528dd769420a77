import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { waitFor } from '../../src/lib/waiting.ts'
import { letPass, until } from '../../test/helpers/until.ts'
import { load } from '../door.ts'
import { treePss, watchPeak, type PeakWatch } from '../memory.ts'
import { quantile } from '../quantile.ts'
import type { Figures } from './peer-table.ts'
import type { Api, Product } from './product.ts'
import { endProducts, runProduct, type RunOptions } from './run-product.ts'

/** How long one product may take for its figures of one round. */
const ROUND_MS = 100_000
/** What a start leaves behind is idle when so much time has passed. */
const SETTLE_MS = 4000
const API_MS = 30_000
const WARM_UP = 10
const ALONE = 100
const TOGETHER = 16
const TASKS = 1000
const PAGES = 30

/** Measures one product on a directory of its own; nothing of it is left running, whatever happens. */
export async function measureProduct(product: Product, nodeDir: string): Promise<Figures> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), `${product.id}-`))
  const ending = new AbortController()
  const where = { place, nodeDir, signal: ending.signal }
  try {
    return await waitFor(figuresOf(product, where), { ms: ROUND_MS }, () => {
      throw new Error(`it took more than ${ROUND_MS / 1000} s`)
    })
  } finally {
    ending.abort()
    await endProducts()
    fs.rmSync(place, { recursive: true, force: true })
  }
}

type Where = Pick<RunOptions, 'place' | 'nodeDir' | 'signal'>

async function figuresOf(product: Product, where: Where): Promise<Figures> {
  product.prepare(where.place)
  const first = await runProduct(product, where)
  await first.ready()
  await first.stop()
  execFileSync('sync')
  const second = await runProduct(product, where)
  const ready = await second.ready()
  await second.stop()
  const held = await memoryOf(product, where)
  const done = await work(product, where)
  return { alive: second.aliveMs, ready, ...held, ...done }
}

/** A start of its own: to look at memory takes time. */
async function memoryOf(product: Product, where: Where): Promise<Figures> {
  const watches: PeakWatch[] = []
  const running = await runProduct(product, { ...where, onBegin: (pid) => watches.push(watchPeak(pid)) })
  await running.ready()
  await letPass(SETTLE_MS)
  const idle = treePss(running.pid)
  const peak = Math.max(idle, ...watches.map((watch) => watch.stop()))
  await running.stop()
  return { peak, idle }
}

async function work(product: Product, where: Where): Promise<Figures> {
  const running = await runProduct(product, { ...where, args: product.idleArgs })
  const api = await until('its API', API_MS, () => openApi(product, where.place))
  try {
    const created = await creates(api)
    const { times, errors } = await load({ clients: 1, count: PAGES, expect: 200 }, () => api.list())
    if (errors > 0) throw new Error(`${errors} of ${PAGES} lists were refused`)
    return { ...created, list: quantile(times, 0.5), full: treePss(running.pid) }
  } finally {
    api.close()
    await running.stop()
  }
}

/** One that begins no task is never ready, and answers none the less. */
async function openApi(product: Product, place: string): Promise<Api | null> {
  const api = await product.open(place)
  if ((await api.list()).status === 200) return api
  api.close()
  return null
}

/** Creates alone and together, and then as many as make a thousand. */
async function creates(api: Api): Promise<Figures> {
  const expect = api.created
  let n = 0
  const create = () => api.create((n += 1))
  const warm = await load({ clients: 1, count: WARM_UP, expect }, create)
  const alone = await load({ clients: 1, count: ALONE, expect }, create)
  const together = await load({ clients: TOGETHER, count: api.triesTogether, expect }, create)
  const made = [warm, alone, together].reduce((sum, { times }) => sum + times.length, 0)
  await api.fill(TASKS - made)
  return {
    createP50: quantile(alone.times, 0.5),
    createP99: quantile(alone.times, 0.99),
    together: together.perSecond,
    refused: (together.errors / api.triesTogether) * 100,
  }
}
