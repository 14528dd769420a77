import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import path from 'node:path'
import readline from 'node:readline'
import { startScriptedModel } from '../test/helpers/scripted-model.ts'
import { scriptText } from '../test/helpers/scripted-model/script.ts'
import { treePss } from './memory.ts'
import { quantile } from './quantile.ts'
import { ms, type Report } from './report.ts'

const CALLS = 400
const STREAMS = 50
const PROGRAM = path.join(import.meta.dirname, 'programs', 'gateway.ts')
const MB = 1_000_000

/** What the gateway adds to a call of a model, beside the same calls to the same provider without it. */
export async function measureGateway(report: Report): Promise<void> {
  const model = await startScriptedModel()
  const child = spawn(process.execPath, [PROGRAM, model.url], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(readline.createInterface({ input: child.stdout }), 'line')) as [string]
  const { url, token } = JSON.parse(line) as { url: string; token: string }
  const direct: Way = { base: model.url, key: 'sk-bench' }
  const through: Way = { base: `${url}/anthropic`, key: token }
  try {
    await firstBytes(report, direct, through)
    await throughput(report, direct, through)
    await memory(report, through, child.pid ?? 0)
  } finally {
    child.kill()
    await model.close()
  }
}

interface Way {
  readonly base: string
  readonly key: string
}

/** The two ways take turns, so that what else the machine does meets both. */
async function firstBytes(report: Report, direct: Way, through: Way): Promise<void> {
  const body = request({ chunks: 3, bytes: 100 })
  const times: Record<'direct' | 'through', number[]> = { direct: [], through: [] }
  for (let call = 0; call < CALLS; call += 1) {
    times.direct.push((await ask(direct, body)).firstByteMs)
    times.through.push((await ask(through, body)).firstByteMs)
  }
  for (const [name, q, aim] of [
    ['p50', 0.5, 'reported'],
    ['p99', 0.99, '< 5 ms added'],
  ] as const) {
    const [ours, floor] = [quantile(times.through.slice(20), q), quantile(times.direct.slice(20), q)]
    report.add({
      name: `a call of a model through the gateway, to the first byte, ${name}`,
      measured: `${ms(ours)}, ${ms(Math.max(0, ours - floor))} added`,
      floor: `${ms(floor)} direct`,
      ratio: ours / floor,
      aim,
    })
  }
}

async function throughput(report: Report, direct: Way, through: Way): Promise<void> {
  const body = request({ chunks: 500, bytes: 4000 })
  const run = async (way: Way): Promise<number> => {
    const began = performance.now()
    const sizes = await Promise.all(Array.from({ length: STREAMS }, async () => (await ask(way, body)).bytes))
    return sizes.reduce((sum, size) => sum + size, 0) / MB / ((performance.now() - began) / 1000)
  }
  const [floor, ours] = [await run(direct), await run(through)]
  report.add({
    name: `${STREAMS} streams of a model at once through the gateway`,
    measured: `${Math.round(ours)} MB a second`,
    floor: `${Math.round(floor)} MB a second direct`,
    ratio: ours / floor,
    aim: 'reported',
  })
}

async function memory(report: Report, through: Way, pid: number): Promise<void> {
  const body = request({ chunks: 25_000, bytes: 4000 })
  await ask(through, body)
  const before = treePss(pid)
  let most = before
  let bytes = 0
  for (let part = 0; part < 10; part += 1) {
    const watch = setInterval(() => (most = Math.max(most, treePss(pid))), 100)
    bytes += (await ask(through, body)).bytes
    clearInterval(watch)
  }
  report.add({
    name: `memory of the gateway while ${(bytes / 1e9).toFixed(1)} GB stream through it (PSS), the most`,
    measured: `${Math.round(most)} MB`,
    floor: `${Math.round(before)} MB before`,
    ratio: most / before,
    aim: 'flat',
  })
}

function request(stream: { chunks: number; bytes: number }): string {
  const text = scriptText({ bare: true, usage: { input: 1, output: 1 }, steps: [{ stream }] })
  return JSON.stringify({
    model: 'mock-model',
    max_tokens: 9,
    stream: true,
    messages: [{ role: 'user', content: text }],
  })
}

const agent = new http.Agent({ keepAlive: true })

function ask(way: Way, body: string): Promise<{ firstByteMs: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const headers = { 'content-type': 'application/json', 'x-api-key': way.key }
    const sent = http.request(`${way.base}/v1/messages`, { method: 'POST', agent, headers }, (response) => {
      let firstByteMs = 0
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        if (bytes === 0) firstByteMs = performance.now() - began
        bytes += chunk.length
      })
      response.on('end', () => resolve({ firstByteMs, bytes }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
