import type { Readable } from 'node:stream'
import { AppError } from '../lib/app-error.ts'
import { streamGit } from './git-stream.ts'
import type { JobRepository } from './job-repository.ts'

/** What a client that clones asks for, as git's smart HTTP has it. */
export interface UploadPack {
  /** The version it speaks, as its `Git-Protocol` header says; null for the oldest. */
  readonly protocol: string | null
  /** What it has and wants; null while it only asks which references there are. */
  readonly request: Readable | null
  /** Ends the process. */
  readonly signal: AbortSignal
}

export interface UploadPackLimits {
  /** Clones at a time, over all repositories. */
  readonly clones: number
  readonly cloneMs: number
}

/** Only branches and tags are shown: what Slipway keeps for itself under other names stays its own. */
const visible = ['refs', '!refs/heads', '!refs/tags'].flatMap((refs) => ['-c', `transfer.hideRefs=${refs}`])

let running = 0

/**
 * Lets git answer a client that reads a job's repository; nothing can be written this way. The answer is a stream that
 * breaks when git fails or `cloneMs` are over. Throws `AppError` when too many are being served.
 */
export function serveUploadPack(
  repository: JobRepository,
  { protocol, request, signal }: UploadPack,
  limits: UploadPackLimits,
): Readable {
  if (running >= limits.clones)
    throw new AppError('busy', 'Too many clones are being made: try again in a minute.')
  running += 1
  return streamGit(
    [
      ...visible,
      'upload-pack',
      '--strict',
      '--stateless-rpc',
      ...(request === null ? ['--http-backend-info-refs'] : []),
      '--',
      repository.dir,
    ],
    {
      env: protocol === null ? {} : { GIT_PROTOCOL: protocol },
      input: request,
      signal,
      timeoutMs: limits.cloneMs,
      onClose: () => {
        running -= 1
      },
    },
  )
}
