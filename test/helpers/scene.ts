import type { Attempt, Job, Task } from '../../src/domain/model.ts'

/** A job, a task of it and an attempt at that, as the tests of the rules begin with them. */
export const someJob: Job = {
  id: 'job',
  vision: 'a calculator',
  title: 'a calculator',
  backend: 'offline',
  agents: {},
  mode: 'team',
  status: 'running',
  phase: 'building',
  progress: 0,
  wait: null,
  proof: null,
  parallelism: 2,
  epoch: 1,
  approvePlan: false,
  proposal: null,
  planApproved: false,
  planVersion: 0,
  headCommit: 'main0',
  cancelRequested: false,
}

export const someTask: Task = {
  id: 'a',
  key: 'a',
  kind: 'build',
  title: 'A',
  role: 'developer',
  phase: 'building',
  status: 'running',
  position: 0,
  dependsOn: [],
  checks: [],
  agentId: 'dev',
  triesFrom: 1,
  notes: [],
  cancelRequested: false,
  error: null,
}

export const someAttempt: Attempt = {
  id: 'a1',
  taskId: 'a',
  epoch: 1,
  number: 1,
  kind: 'work',
  subjectId: null,
  status: 'succeeded',
  headCommit: 'c1',
  changed: true,
  outcome: null,
  error: null,
  endedAt: 0,
}
