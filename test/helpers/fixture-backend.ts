import fs from 'node:fs'
import path from 'node:path'
import type { CustomBackend } from '../../src/contract/backend.ts'
import type { JobView, NewJob } from '../../src/contract/job.ts'
import type { TestServer } from './server.ts'

/** The program of the fixture agent, for finding its processes. */
export const fixtureAgent = path.join(import.meta.dirname, 'fixture-agent.mjs')

/** A backend that plays the given script with fixture-agent.mjs in every session. */
export function fixtureBackend(name: string, play: object): CustomBackend {
  return { name, command: [process.execPath, fixtureAgent, JSON.stringify(play)], env: {} }
}

/** Starts a solo job with a backend that plays this script; by default it has no checks. */
export async function startFixtureJob(
  server: TestServer,
  name: string,
  play: object,
  options: Partial<NewJob> = {},
): Promise<string> {
  await server.client.addBackend(fixtureBackend(name, play))
  const { job_id } = await server.client.createJob({
    vision: `a job for ${name}`,
    mode: 'solo',
    backend: name,
    ...options,
  })
  return job_id
}

/** The messages that the fixture agent received in a completed job, in order. */
export function heardIn(job: JobView): Record<string, unknown>[] {
  const file = path.join(job.workspace_path ?? '', 'answers.jsonl')
  return fs
    .readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
