/**
 * The request that creates a job. With documents it is sent as `multipart/form-data`: text fields as they are, structured
 * fields as JSON, and each file under `documents`.
 */
import type { NewJob } from '../contract/job.ts'

/** The fields of a new job; those that the server fills in are optional. */
export type JobRequest = Pick<NewJob, 'vision'> & Partial<Omit<NewJob, 'vision'>>

export interface DocumentFile {
  readonly name: string
  readonly content: Blob
}

export function jobForm(job: JobRequest, documents: readonly DocumentFile[]): FormData {
  const form = new FormData()
  for (const [key, value] of Object.entries(job)) {
    if (value === undefined) continue
    form.set(key, typeof value === 'string' ? value : JSON.stringify(value))
  }
  for (const document of documents) form.append('documents', document.content, document.name)
  return form
}
