import { spawn } from 'node:child_process'
import { pipeline, type Readable } from 'node:stream'
import { AppError } from '../lib/app-error.ts'
import { environment, switches } from './git.ts'
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

/** Only branches are shown: what Slipway keeps for itself under other names stays its own. */
const visible = ['transfer.hideRefs=refs', 'transfer.hideRefs=!refs/heads'].flatMap((setting) => [
  '-c',
  setting,
])

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
    throw new AppError(503, 'busy', 'Too many clones are being made: try again in a minute.')
  running += 1
  const child = spawn(
    'git',
    [
      '--no-pager',
      ...switches,
      ...visible,
      'upload-pack',
      '--strict',
      '--stateless-rpc',
      ...(request === null ? ['--http-backend-info-refs'] : []),
      '--',
      repository.dir,
    ],
    {
      cwd: '/',
      env: { ...environment, ...(protocol === null ? {} : { GIT_PROTOCOL: protocol }) },
      stdio: ['pipe', 'pipe', 'ignore'],
      signal,
      timeout: limits.cloneMs,
      killSignal: 'SIGKILL',
    },
  )
  child.once('error', (error) => child.stdout.destroy(error))
  child.once('close', (code) => {
    running -= 1
    if (code !== 0 && !child.stdout.destroyed)
      child.stdout.destroy(new Error(`git upload-pack ended with ${code}`))
  })
  // What breaks is told to whoever reads the answer. Git may stop reading before the request has ended.
  child.stdout.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  if (request === null) child.stdin.end()
  else pipeline(request, child.stdin, () => undefined)
  return child.stdout
}
