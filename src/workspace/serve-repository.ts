import type { Readable } from 'node:stream'
import { AppError } from '../lib/app-error.ts'
import { streamGit } from './git/git-stream.ts'
import type { JobRepository } from './job-repository.ts'

/** A request of a cloning client, in git's smart HTTP protocol. */
export interface UploadPack {
  /** The client's protocol version from its `Git-Protocol` header; null for the oldest. */
  readonly protocol: string | null
  /** The body with the wanted and known commits; null when the client only asks for the list of references. */
  readonly request: Readable | null
  /** Ends the process. */
  readonly signal: AbortSignal
}

export interface UploadPackLimits {
  /** The maximum number of concurrent clones, over all repositories. */
  readonly clones: number
  readonly cloneMs: number
}

/** Only branches and tags are visible: Slipway's own references are hidden. */
const visible = ['refs', '!refs/heads', '!refs/tags'].flatMap((refs) => ['-c', `transfer.hideRefs=${refs}`])

let running = 0

/**
 * Runs git for a client that reads a job's repository; nothing can be written this way. Returns the response as a stream
 * that breaks when git fails or after `cloneMs`. Throws `AppError` 503 when too many clients are being served.
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
