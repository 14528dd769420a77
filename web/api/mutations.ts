import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { DocumentFile, JobRequest } from '../../src/client/job-request.ts'
import type { Settings } from '../../src/contract/backend.ts'
import type { BudgetChange, JobView } from '../../src/contract/job.ts'
import type { NewMessage } from '../../src/contract/person.ts'
import type { PlanEdit } from '../../src/contract/plan.ts'
import type { Priority } from '../../src/contract/words.ts'
import { client } from './client.ts'
import { keys } from './keys.ts'
import { refreshTogether } from './refresh.ts'

/** A request for a new job with its documents; requests with the same `idempotencyKey` create only one job. */
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

/** Runs a command on a job; the server responds with the updated job. */
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

/** Sets the named limits; a job that waits for its budget continues. */
export function useSetBudget(id: string) {
  return useJobCommand(id, (budget: BudgetChange) => client.setBudget(id, budget))
}

/** Changes the place of the job in the queue. */
export function useSetPriority(id: string) {
  return useJobCommand(id, (priority: Priority) => client.setPriority(id, priority))
}

/** Takes a job that has ended out of the lists, or with false puts it back. */
export function useArchiveJob(id: string) {
  return useJobCommand(id, (archived: boolean) => client.archiveJob(id, archived))
}

export function useRestartJob(id: string) {
  return useJobCommand(id, () => client.restart(id))
}

/** Waives a finding that counts against the proof, with a reason. */
export function useWaive(id: string, findingId: string) {
  return useJobCommand(id, (reason: string) => client.waive(id, findingId, reason))
}

/** Sends a message to an agent, delivered at its next turn. */
export function useSendMessage(id: string) {
  return useJobCommand(id, (message: NewMessage) => client.message(id, message))
}

/** Restarts a task that ended without being done; the note is passed to every attempt from then on. */
export function useRetryTask(id: string, taskId: string) {
  return useJobCommand(id, (note: string) => client.retryTask(id, taskId, note === '' ? undefined : note))
}

/** Cancels one task; the job continues with the rest. */
export function useCancelTask(id: string, taskId: string) {
  return useJobCommand(id, () => client.cancelTask(id, taskId))
}

/** Answers an agent's permission request with an option, or null to refuse without one. */
export function useAnswerPermission(id: string, permissionId: string) {
  return useJobCommand(id, (option: string | null) => client.answerPermission(id, permissionId, option))
}

/** Answers an agent's question; the answer is the agent's next message. */
export function useAnswerQuestion(id: string, questionId: string) {
  return useJobCommand(id, (text: string) => client.answerQuestion(id, questionId, text))
}

/** `version` is the proposal that was shown; any other one is rejected. */
export function useApprovePlan(id: string) {
  return useJobCommand(id, (version: number) => client.approve(id, version))
}

/** Rejects the plan with a reason for the planner. */
export function useRejectPlan(id: string) {
  return useJobCommand(id, (note: string) => client.reject(id, note))
}

/** Replaces the proposed plan. An invalid graph is rejected with the issues; so is a plan that has changed meanwhile. */
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
      return Promise.all([
        cache.invalidateQueries({ queryKey: keys.backends }),
        cache.invalidateQueries({ queryKey: keys.storage }),
      ])
    },
  })
}
