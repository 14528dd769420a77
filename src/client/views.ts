/**
 * The shapes of the server's responses, for rooms that see the server only through this client (a command may import the
 * client, not the contract).
 */
import { Priority } from '../contract/words.ts'

export type { CollectView, StorageView } from '../contract/storage.ts'
export { BackupManifest, type BackupView } from '../contract/backup.ts'
export type { BackendTrial, BackendView, CustomBackend, Settings } from '../contract/backend.ts'
export type { Conformance } from '../contract/conformance.ts'
export type { EventView } from '../contract/events/event.ts'
export { eventTone, type EventTone } from '../contract/events/event-words.ts'
export type { CanaryView, WorkerView } from '../contract/server.ts'
export type { ProviderInput, ProviderView } from '../contract/provider.ts'
export type { PermissionView } from '../contract/permission.ts'
export type { QuestionView } from '../contract/question.ts'
export type { PlanView } from '../contract/plan.ts'
export type { ArchiveFormat, FileTree } from '../contract/files.ts'
export type {
  AgentView,
  BudgetChange,
  BudgetView,
  CheckView,
  CreatedJob,
  JobList,
  JobSummary,
  JobView,
  TaskView,
} from '../contract/job.ts'
export { needsPerson, type Priority } from '../contract/words.ts'
export const priorities = Priority.options
export type { SessionView } from '../contract/session.ts'
