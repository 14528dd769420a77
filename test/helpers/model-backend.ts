import path from 'node:path'
import type { CustomBackend } from '../../src/contract/backend.ts'

const program = path.join(import.meta.dirname, '..', 'fixtures', 'model-agent.mjs')

/** The agent of test/fixtures/model-agent.mjs as a backend: its name, its wire, and what it does when a call fails. */
export function modelBackend(
  name: string,
  wire: 'anthropic' | 'chat',
  onError: 'throw' | 'end' | 'again' = 'throw',
): CustomBackend {
  const base = wire === 'anthropic' ? '{gateway}/anthropic' : '{gateway}/openai/v1'
  return {
    name,
    wire: wire === 'anthropic' ? 'anthropic' : 'openai',
    command: [process.execPath, program, wire, onError],
    env: { MODEL_BASE: base, MODEL_KEY: '{token}', MODEL_NAME: '{model}' },
  }
}
