import fs from 'node:fs'
import path from 'node:path'
import type { EventView } from '../../src/contract/events/event.ts'
import type { TestServer } from './server.ts'

/** Every event of a job, oldest first. */
export async function allEvents({ client }: Pick<TestServer, 'client'>, id: string): Promise<EventView[]> {
  const all: EventView[] = []
  for (;;) {
    const page = await client.events(id, all.at(-1)?.seq ?? 0)
    if (page.length === 0) return all
    all.push(...page)
  }
}

/** Returns lines of the transcripts of a job's agents that are in no event, although no event reports missing lines. */
export function lostLines(dataDir: string, id: string, events: readonly EventView[]): string[] {
  const attempts = path.join(dataDir, 'jobs', id, 'attempts')
  return fs.readdirSync(attempts).flatMap((attempt) => {
    const mine = events.filter((event) => event.attempt_id === attempt)
    if (mine.some((event) => event.type === 'session.capped')) return []
    const told = mine.filter((event) => event.type === 'session.message').map((event) => event.message)
    const heard = told.join('')
    return saidIn(path.join(attempts, attempt, 'transcript.jsonl')).filter((text) => !heard.includes(text))
  })
}

function saidIn(file: string): string[] {
  if (!fs.existsSync(file)) return []
  const lines = fs.readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line) => {
    if (line === '') return []
    const update = JSON.parse(line) as { kind: string; text?: string }
    return update.kind === 'message' && update.text !== undefined ? [update.text] : []
  })
}
