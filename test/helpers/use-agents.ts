import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect } from 'vitest'
import type { JobView, NewJob } from '../../src/contract/job.ts'
import { knownProfiles } from '../../src/agents/known-profiles.ts'
import type { Wire } from '../../src/contract/provider.ts'
import { realAgents } from './agents-under-test.ts'
import { endOf } from './follow-job.ts'
import { startScriptedModel, type ScriptedModel } from './scripted-model.ts'
import { startTestServer, type TestServer } from './server.ts'

/** A server that finds the real coding agents, and a provider that follows scripts, for all tests of a file. */
export interface Agents {
  readonly server: TestServer
  readonly model: ScriptedModel
  /**
   * Gives each of the backends its own provider, so that concurrent tests do not interfere, and returns its new key, which
   * identifies the calls of one job.
   */
  connect(...backends: string[]): Promise<string>
  /** Resolves when the job has ended, however it did. */
  ended(id: string): Promise<JobView>
  /** Runs a job to its end, with its own key; `told` is the text of all its events. */
  finish(job: NewJob & { readonly backend: string }): Promise<{ id: string; key: string; told: string }>
  /** Expects the ledger and the provider's records to agree exactly, for the chosen model only. */
  expectLedger(id: string, key: string): Promise<void>
}

/**
 * A session takes seconds, of the slowest agent ten. These are for a machine that is busy with others, where it was seen to take a
 * minute and more: until its first call, and to the end of a job of ten sessions.
 */
export const SESSION_MS = 240_000
const JOB_MS = 900_000
/** Agents take seconds for everything: looking more often would only take their processor from them. */
export const LOOK_MS = 250

export function useAgents(env: Readonly<Record<string, string>> = {}): Agents {
  let model: ScriptedModel | undefined
  let server: TestServer | undefined
  beforeAll(async () => {
    model = await startScriptedModel()
    server = await startTestServer({ env: { ...realAgents, ...env } })
  })
  afterAll(async () => {
    await server?.stop()
    await model?.close()
  })
  const agents: Agents = {
    get server() {
      if (server === undefined) throw new Error('the server has not been started')
      return server
    },
    get model() {
      if (model === undefined) throw new Error('the provider has not been started')
      return model
    },
    async connect(...backends) {
      const key = `sk-${randomUUID()}`
      const { client } = agents.server
      for (const backend of backends) {
        const name = `for-${backend}`
        const wire = wireOf(backend)
        const base_url = `${agents.model.url}${wire === 'openai' ? '/v1' : ''}`
        await client.setSecret(name, key)
        await client.setProvider(name, { wire, base_url, model: 'mock-model', backends: [backend] })
      }
      return key
    },
    ended: (id) => endOf(agents.server, id, JOB_MS, LOOK_MS),
    async finish(job) {
      const key = await agents.connect(...new Set([job.backend, ...Object.values(job.agents ?? {})]))
      const { client } = agents.server
      const { job_id: id } = await client.createJob(job)
      await agents.ended(id)
      const events = await client.pastEvents(id, { limit: 400 })
      const told = events.map(({ actor, type, message }) => `${actor} ${type}: ${message}`).join('\n')
      return { id, key, told }
    },
    async expectLedger(id, key) {
      const models = agents.model.served.flatMap((call) => (call.key === key ? [call.model] : []))
      expect(new Set(models)).toEqual(new Set(['mock-model']))
      const { input, output, calls } = agents.model.totals(key)
      expect(calls).toBeGreaterThan(0)
      const { usage } = await agents.server.client.getJob(id)
      expect(usage).toMatchObject({ input_tokens: input, output_tokens: output })
    },
  }
  return agents
}

function wireOf(backend: string): Wire {
  const wire = knownProfiles.find(({ id }) => id === backend)?.gateway?.wire
  if (wire === undefined || wire === 'any') throw new Error(`nobody knows what "${backend}" speaks`)
  return wire
}
