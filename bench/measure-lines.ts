import http from 'node:http'
import path from 'node:path'
import { startTestServer } from '../test/helpers/server.ts'
import { until } from '../test/helpers/until.ts'
import { openClock } from './clock.ts'
import { startFloor } from './floor.ts'
import { quantile } from './quantile.ts'
import { ms, type Report } from './report.ts'

const AGENTS = 4
const LINES = 60
const WAIT_MS = 60_000
const PROGRAM = path.join(import.meta.dirname, 'programs', 'line-agent.mjs')

/** From the moment an agent says a line to the moment a client of the event stream holds it, already stored. */
export async function measureLines(report: Report): Promise<void> {
  const floor = await startFloor()
  const bare = await Promise.all(
    Array.from({ length: AGENTS }, () => {
      const command = JSON.stringify([process.execPath, PROGRAM, String(LINES), 'plain'])
      return listen(`${floor.url}/lines?command=${encodeURIComponent(command)}`, {})
    }),
  )
  await floor.stop()
  const server = await startTestServer()
  const settings = await server.client.settings()
  await server.client.putSettings({
    ...settings,
    backends: [{ name: 'lines', command: [process.execPath, PROGRAM, String(LINES), 'acp'], env: {} }],
  })
  const heard = await Promise.all(
    Array.from({ length: AGENTS }, async () => {
      const { job_id } = await server.client.createJob({ vision: 'talk', mode: 'solo', backend: 'lines' })
      const delays = await listen(`${server.url}/api/jobs/${job_id}/events/stream`, {
        Authorization: `Bearer ${server.token}`,
      })
      await server.client.cancel(job_id)
      await until('the end of a job', 20_000, async () => (await server.client.getJob(job_id)).completed_at)
      return delays
    }),
  )
  await server.stop()
  const [ours, floors] = [heard.flat(), bare.flat()]
  const missing = AGENTS * LINES - ours.length
  for (const [name, q, aim] of [
    ['p50', 0.5, 'reported'],
    ['p99', 0.99, '< 10 ms'],
  ] as const) {
    report.add({
      name: `a line of an agent to the event stream's client, stored first, ${AGENTS} agents, ${name}`,
      measured: `${ms(quantile(ours, q))} of ${ours.length} lines, ${missing} missing`,
      floor: ms(quantile(floors, q)),
      ratio: quantile(ours, q) / quantile(floors, q),
      aim,
    })
  }
}

/** Reads a stream until the last line was heard; the delay of each line in milliseconds. */
function listen(url: string, headers: Record<string, string>): Promise<number[]> {
  const now = openClock()
  const delays: number[] = []
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers: { ...headers, Accept: 'text/event-stream' } }, (response) => {
      response.setEncoding('utf8')
      let rest = ''
      response.on('data', (chunk: string) => {
        const at = now()
        const messages = (rest + chunk).split('\n\n')
        rest = messages.pop() ?? ''
        for (const [, number, sent] of messages.flatMap(saidLines)) {
          delays.push(at - Number(sent))
          if (Number(number) === LINES) resolve(delays)
        }
        if (Number(delays.length) >= LINES) request.destroy()
      })
    })
    request.setTimeout(WAIT_MS, () => request.destroy(new Error('the stream fell silent')))
    request.once('error', reject)
  })
}

function saidLines(message: string): RegExpExecArray[] {
  const data = message.split('\n').find((line) => line.startsWith('data: '))
  if (data === undefined) return []
  const event = JSON.parse(data.slice('data: '.length)) as { type: string; message: string }
  return event.type === 'session.message' ? [...event.message.matchAll(/line (\d+) (\d+)/g)] : []
}
