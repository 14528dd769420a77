import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Transform } from 'node:stream'
import { startTimer } from '../../lib/timers.ts'
import type { EventContent } from '../../contract/events/event-data.ts'
import { checkpoint, type Checkpoint, type CheckpointOptions } from '../../workspace/attempt-workspace.ts'
import type { JobRepository } from '../../workspace/job-repository.ts'
import { packScript, surveyScript, importCommits, type KeptCommit } from '../../workspace/own-commits.ts'
import { agentEnvironment } from './agent-process.ts'
import type { Engine } from '../engine.ts'

/** The work of an attempt, as recorded in the job's repository. */
export interface PreservedWork {
  readonly checkpoint: Checkpoint
  /** Events about the agent's own commits: those kept, and those that could not be kept. */
  readonly events: readonly EventContent<'attempt.commits_kept' | 'attempt.commits_not_kept'>[]
  /** Whether the workspace holds something that exists nowhere else and so must not be removed. */
  readonly mustKeep: boolean
}

/** The time limit in ms of one process that surveys a workspace or packs commits from it. */
const SCRIPT_MS = 120_000
/** The maximum size in bytes of the pack of an agent's own commits. */
const PACK_BYTES = 1_000_000_000
const SURVEY_BYTES = 500_000

/**
 * Records an attempt's work before its workspace is removed: its files as a checkpoint, and the agent's own commits and
 * stashes. Safe to run twice. Throws when the files cannot be recorded as they are.
 */
export async function preserveWork(
  engine: Engine,
  repository: JobRepository,
  options: CheckpointOptions & { readonly attemptId: string },
): Promise<PreservedWork> {
  const survey = await surveyWorkspace(engine, repository, options)
  if (survey.deep !== null)
    throw new Error(
      `A file is nested deeper than git can record, in ${survey.deep}…: move it higher up in the tree.`,
    )
  const events: PreservedWork['events'][number][] = []
  let mustKeep = false
  for (const [n, dir] of survey.repositories.entries()) {
    const under = `refs/slipway/kept/${options.attemptId}/${n + 1}`
    try {
      const kept = await preserveCommits(engine, repository, options, { dir, under })
      if (kept.length > 0) events.push(keptEvent(kept, dir, under))
    } catch (error) {
      mustKeep = true
      events.push(notKeptEvent(error, dir, options.attemptDir))
    }
  }
  return { checkpoint: await checkpoint(repository, options), events, mustKeep }
}

interface Survey {
  readonly deep: string | null
  readonly repositories: readonly string[]
}

async function surveyWorkspace(
  engine: Engine,
  repository: JobRepository,
  options: CheckpointOptions,
): Promise<Survey> {
  const file = path.join(options.attemptDir, 'survey')
  try {
    await runInside(engine, repository, options.attemptDir, ['/bin/sh', '-c', surveyScript], {
      file,
      maxBytes: SURVEY_BYTES,
    })
    const lines = (await fs.promises.readFile(file, 'utf8')).split('\n')
    return {
      deep: lines.find((line) => line.startsWith('deep '))?.slice('deep '.length) ?? null,
      repositories: lines
        .filter((line) => line.startsWith('git '))
        .map((line) => path.dirname(line.slice('git '.length)))
        // The agent's own clone first.
        .toSorted((a, b) => a.length - b.length),
    }
  } finally {
    await fs.promises.rm(file, { force: true })
  }
}

async function preserveCommits(
  engine: Engine,
  repository: JobRepository,
  { attemptDir, base }: CheckpointOptions,
  { dir, under }: { readonly dir: string; readonly under: string },
): Promise<KeptCommit[]> {
  const file = path.join(attemptDir, 'commits')
  try {
    const command = ['/bin/sh', '-c', packScript, 'sh', dir, dir === '.' ? base : '']
    await runInside(engine, repository, attemptDir, command, { file, maxBytes: PACK_BYTES })
    return await importCommits(repository, file, under)
  } finally {
    await fs.promises.rm(file, { force: true })
  }
}

/** Runs a server command inside the walls of an ended attempt and writes its output to a file. */
async function runInside(
  engine: Engine,
  repository: JobRepository,
  attemptDir: string,
  command: readonly string[],
  { file, maxBytes }: { readonly file: string; readonly maxBytes: number },
): Promise<void> {
  const dir = path.join(attemptDir, 'ws')
  const child = await engine.launcher.launch({
    command,
    cwd: dir,
    env: { ...agentEnvironment(engine, ''), LC_ALL: 'C' },
    home: path.join(attemptDir, 'home'),
    writable: [dir],
    readable: [path.join(repository.dir, 'objects')],
    label: 'keeping what an attempt left',
    input: 'nothing',
  })
  const timer = startTimer(SCRIPT_MS, () => void child.kill())
  let wrote = ''
  child.stderr.on('data', (chunk: Buffer) => {
    wrote = (wrote + chunk.toString('utf8')).slice(-500)
  })
  try {
    await pipeline(child.stdout, atMost(maxBytes), fs.createWriteStream(file, { mode: 0o600 }))
    const { code } = await child.exited
    if (code !== 0) throw new Error(wrote.trim() || `exit code ${code ?? 'none'}`)
  } finally {
    timer.stop()
    await child.kill()
  }
}

function atMost(maxBytes: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length
      if (bytes > maxBytes) next(new Error(`it is larger than ${maxBytes / 1e6} MB`))
      else next(null, chunk)
    },
  })
}

function keptEvent(kept: readonly KeptCommit[], dir: string, under: string): PreservedWork['events'][number] {
  const names = [...new Set(kept.map(({ was }) => shortName(was)))]
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ' and others' : '')
  const location = dir === '.' ? '' : ` in ${dir}`
  return {
    type: 'attempt.commits_kept',
    message: `Kept what the agent committed itself${location} (${shown}), under ${under}/ of the job's repository.`,
    data: { refs: kept },
  }
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(?:heads\/|tags\/|remotes\/)?/, '')
}

function notKeptEvent(error: unknown, dir: string, attemptDir: string): PreservedWork['events'][number] {
  const reason = error instanceof Error ? error.message : String(error)
  return {
    type: 'attempt.commits_not_kept',
    message: `What the agent committed itself${dir === '.' ? '' : ` in ${dir}`} could not be kept (${reason}): its workspace stays in ${path.join(attemptDir, 'ws')}.`,
    data: { why: reason, dir },
  }
}
