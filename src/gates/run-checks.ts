import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Launcher } from '../sandbox/launcher.ts'
import { cleanCheckout } from '../workspace/clean-checkout.ts'
import type { JobRepository } from '../workspace/job-repository.ts'
import { collectLog } from './collect-log.ts'

/** One check that was run: the evidence behind a verdict. Durations in milliseconds. */
export interface Evidence {
  readonly command: string
  readonly verdict: 'pass' | 'fail'
  readonly exitCode: number | null
  readonly durationMs: number
  readonly commit: string
  readonly log: string
  readonly logTruncated: boolean
  readonly versions: Readonly<Record<string, string>>
  readonly walls: string
  readonly startedAt: Date
}

export interface ProofOptions {
  readonly launcher: Launcher
  readonly repository: JobRepository
  readonly commit: string
  readonly commands: readonly string[]
  /** A directory that belongs to this run alone; it is removed at the end. */
  readonly dir: string
  readonly path: string
  readonly timeoutMs: number
  readonly logBytes: number
  readonly signal: AbortSignal
}

/**
 * Proves a commit: a fresh checkout of exactly that commit, inside the sandbox, command after command. All commands
 * run even when one fails, so that a repair sees everything at once. Throws only when the run itself was impossible.
 */
export async function proveCommit(options: ProofOptions): Promise<Evidence[]> {
  const checkout = path.join(options.dir, 'checkout')
  const home = path.join(options.dir, 'home')
  await fs.promises.mkdir(home, { recursive: true, mode: 0o700 })
  try {
    await cleanCheckout(options.repository, options.commit, checkout)
    const evidence: Evidence[] = []
    for (const command of options.commands) {
      options.signal.throwIfAborted()
      evidence.push(await runCheck(options, command, checkout, home))
    }
    return evidence
  } finally {
    await fs.promises.rm(options.dir, { recursive: true, force: true })
  }
}

async function runCheck(
  options: ProofOptions,
  command: string,
  cwd: string,
  home: string,
): Promise<Evidence> {
  const startedAt = new Date()
  const begun = performance.now()
  const child = await options.launcher.launch(
    {
      command: ['/bin/sh', '-c', command],
      cwd,
      env: { PATH: options.path, LANG: 'C.UTF-8', CI: 'true', NO_COLOR: '1' },
      home,
      writable: [cwd],
      readable: options.path.split(':').filter((dir) => path.isAbsolute(dir) && fs.existsSync(dir)),
      label: `check ${options.commit.slice(0, 10)}`,
      input: 'nothing',
    },
    options.signal,
  )
  const log = collectLog([child.stdout, child.stderr], options.logBytes)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    void child.kill()
  }, options.timeoutMs)
  const onAbort = (): void => void child.kill()
  options.signal.addEventListener('abort', onAbort, { once: true })
  try {
    const { code, signal } = await child.exited
    options.signal.throwIfAborted()
    const { text, truncated } = await log.finished
    const note = timedOut
      ? `\n[stopped after ${options.timeoutMs / 1000} s]`
      : signal === null
        ? ''
        : `\n[ended by ${signal}]`
    return {
      command,
      verdict: code === 0 && !timedOut ? 'pass' : 'fail',
      exitCode: code,
      durationMs: Math.round(performance.now() - begun),
      commit: options.commit,
      log: text + note,
      logTruncated: truncated,
      versions: { node: process.version, os: `${os.type()} ${os.release()}` },
      walls: child.walls,
      startedAt,
    }
  } finally {
    clearTimeout(timer)
    options.signal.removeEventListener('abort', onAbort)
    await child.kill()
  }
}
