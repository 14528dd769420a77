/**
 * What is sent to make a job. With documents it travels as `multipart/form-data`: text fields as they are, everything
 * with a shape as JSON, and each file under `documents`.
 */
import type { NewJob } from '../contract/job.ts'

/** A job to be made: what the server fills in by itself may be left out. */
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
