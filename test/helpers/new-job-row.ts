import { newId } from '../../src/lib/ids.ts'
import type { NewJobRow } from '../../src/store/jobs.ts'

/** The row of a job that was just accepted, with an id of its own. */
export function newJobRow(given: Partial<NewJobRow> = {}): NewJobRow {
  return {
    id: newId(),
    vision: 'v',
    title: 't',
    backend: 'offline',
    agents: {},
    model: null,
    models: {},
    mode: 'team',
    checks: [],
    setup: [],
    source: null,
    branch: 'main',
    budget: null,
    parallelism: 2,
    priority: 'normal',
    approvePlan: false,
    permissions: 'sandbox',
    idempotencyKey: null,
    isHidden: false,
    requestHash: 'h',
    createdAt: new Date(),
    ...given,
  }
}
