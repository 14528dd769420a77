import { AppError } from '../lib/app-error.ts'

/** The error for a job that does not exist. */
export function notFound(jobId: string): AppError {
  return new AppError('not_found', `There is no job ${jobId}.`)
}
