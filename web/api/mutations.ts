import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { DocumentFile, JobRequest } from '../../src/client/job-request.ts'
import type { Settings } from '../../src/contract/backend.ts'
import type { BudgetChange, JobView } from '../../src/contract/job.ts'
import type { NewMessage } from '../../src/contract/person.ts'
import type { PlanEdit } from '../../src/contract/plan.ts'
import { client } from './client.ts'
import { keys } from './keys.ts'
import { refreshTogether } from './refresh.ts'

/** A job to be made with its documents; the same `idempotencyKey` twice makes one job. */
export interface NewJobRequest {
  readonly job: JobRequest
  readonly documents: readonly DocumentFile[]
  readonly idempotencyKey: string
}

export function useCreateJob() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ job, documents, idempotencyKey }: NewJobRequest) =>
      client.createJob(job, { documents, idempotencyKey }),
    onSuccess: (job) => {
      cache.setQueryData(keys.part(job.id, 'job'), job)
      return cache.invalidateQueries({ queryKey: keys.jobs })
    },
  })
}

/** A command to a job that the server answers with the job as it is then. */
function useJobCommand<Input>(id: string, act: (input: Input) => Promise<JobView>) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: () => refreshTogether(cache, id),
  })
}

export function useCancelJob(id: string) {
  return useJobCommand(id, () => client.cancel(id))
}

/** What is named is set; a job that waits for its budget goes on. */
export function useSetBudget(id: string) {
  return useJobCommand(id, (budget: BudgetChange) => client.setBudget(id, budget))
}

export function useRestartJob(id: string) {
  return useJobCommand(id, () => client.restart(id))
}

/** Says why a finding that stands against the proof does not matter. */
export function useWaive(id: string, findingId: string) {
  return useJobCommand(id, (reason: string) => client.waive(id, findingId, reason))
}

/** Says something to an agent, who reads it at its next turn. */
export function useSendMessage(id: string) {
  return useJobCommand(id, (message: NewMessage) => client.message(id, message))
}

/** Starts a task that ended without being done over; every attempt from then on is told the note. */
export function useRetryTask(id: string, taskId: string) {
  return useJobCommand(id, (note: string) => client.retryTask(id, taskId, note === '' ? undefined : note))
}

/** Ends one task; the job goes on with the rest. */
export function useCancelTask(id: string, taskId: string) {
  return useJobCommand(id, () => client.cancelTask(id, taskId))
}

/** Answers an agent that asks: with an option, or null to refuse without one. */
export function useAnswerPermission(id: string, permissionId: string) {
  return useJobCommand(id, (option: string | null) => client.answerPermission(id, permissionId, option))
}

/** Answers a question of an agent, which reads it as its next message. */
export function useAnswerQuestion(id: string, questionId: string) {
  return useJobCommand(id, (text: string) => client.answerQuestion(id, questionId, text))
}

/** `version`: the proposal that was seen; another one is refused. */
export function useApprovePlan(id: string) {
  return useJobCommand(id, (version: number) => client.approve(id, version))
}

/** Sends the plan back with a reason that the planner sees. */
export function useRejectPlan(id: string) {
  return useJobCommand(id, (note: string) => client.reject(id, note))
}

/** Replaces the proposed plan. A broken graph is refused with the issues; so is a plan that has changed meanwhile. */
export function useEditPlan(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (edit: PlanEdit) => client.editPlan(id, edit),
    onSuccess: (plan) => cache.setQueryData(keys.part(id, 'plan'), plan),
  })
}

export function usePutSettings() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (settings: Settings) => client.putSettings(settings),
    onSuccess: (settings) => {
      cache.setQueryData(keys.settings, settings)
      return cache.invalidateQueries({ queryKey: keys.backends })
    },
  })
}
