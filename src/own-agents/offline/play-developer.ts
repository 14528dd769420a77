import { setTimeout as delay } from 'node:timers/promises'
import type { TaskBrief } from '../../contract/brief.ts'
import type { Project, ProjectFile, ProjectTask } from './blueprint.ts'
import { endGroup, startDeafCommand } from '../stage/child-command.ts'
import type { Faults } from './faults.ts'
import { introduction } from './play-planner.ts'
import { folderFor } from './project-folder.ts'
import { isCore, plantFaults } from './plant-faults.ts'
import { openProject, parallelPair } from './project.ts'
import type { Stage } from '../stage/stage.ts'
import { isOwnPlan, taskNote } from './task-note.ts'

/**
 * The developer (and the tester): writes the files of its task, runs the checks, and reports the result. After a failed
 * check, a review or a conflict it reads the feedback and responds to it. Alone, it builds the whole blueprint and writes
 * `.slipway/checks.json`. For a task that is not of its own plan it writes whatever the blueprint has and the workspace
 * lacks; if that is nothing, or a person added the task, it writes a note of the request.
 */
export interface Body {
  /** Ends this process immediately, like a crash. */
  readonly crash: (exitCode: number) => never
  /** Makes the process ignore session/cancel and SIGTERM. */
  readonly ignoreSignals: () => void
}

export async function playDeveloper(stage: Stage, brief: TaskBrief, body: Body): Promise<void> {
  const draft = await openProject(brief.vision)
  const project = await openProject(brief.vision, await folderFor(stage, draft))
  const files = await filesFor(stage, brief, project)
  const checks =
    brief.task.checks.length > 0 ? brief.task.checks : brief.mode === 'solo' ? project.checks : []
  const steps = [
    ...files.map((file) => `Write ${file.path}`),
    ...(checks.length > 0 ? ['Run the checks'] : []),
  ]
  await stage.plan(steps, 0)
  await stage.message(
    brief.mode === 'solo' ? introduction(project) : `I take "${brief.task.title}", attempt ${brief.attempt}.`,
  )
  await answerFeedback(stage, brief)
  await misbehave(stage, project.faults, body)

  let written = 0
  for (const [index, file] of files.entries()) {
    await stage.plan(steps, index)
    if (await stage.write(file.path, file.content)) written += 1
    if (project.faults.crash && index === 0 && brief.attempt === 1 && isCore(brief, project)) body.crash(3)
  }
  if (brief.mode === 'solo' && project.checks.length > 0) {
    await stage.write('.slipway/checks.json', `${JSON.stringify({ checks: project.checks }, null, 2)}\n`)
  }
  const failed = await runChecks(stage, checks)
  await stage.plan(steps, steps.length)
  await stage.message(summary(brief, project, written, checks.length, failed))
}

/** Returns the files to write in this attempt. */
async function filesFor(stage: Stage, brief: TaskBrief, project: Project): Promise<ProjectFile[]> {
  const own = project.tasks.find((task) => task.key === brief.task.key)
  if (own === undefined && !isWhole(brief)) return filesForStranger(stage, brief, project)
  const files = own === undefined || isWhole(brief) ? project.tasks.flatMap((task) => task.files) : own.files
  return [...plantFaults(files, brief, project), ...(await contestedFile(stage, project, own))]
}

/** Whether the attempt covers the whole project rather than one of its tasks. */
function isWhole(brief: TaskBrief): boolean {
  return brief.mode === 'solo' || brief.task.key.startsWith('repair')
}

/** Returns the files for a task that is not of the blueprint: of a foreign plan, or added to the own plan by a person. */
async function filesForStranger(stage: Stage, brief: TaskBrief, project: Project): Promise<ProjectFile[]> {
  const missing = (await isOwnPlan(stage)) ? [] : await missingFiles(stage, project)
  return missing.length > 0 ? missing : [taskNote(brief)]
}

async function missingFiles(stage: Stage, project: Project): Promise<ProjectFile[]> {
  const missing: ProjectFile[] = []
  for (const file of project.tasks.flatMap((task) => task.files)) {
    if ((await stage.read(file.path)) === null) missing.push(file)
  }
  return missing
}

/** Returns the line of CHANGES.md that two parallel tasks write; the second one keeps the line of the first. */
async function contestedFile(
  stage: Stage,
  project: Project,
  own: ProjectTask | undefined,
): Promise<ProjectFile[]> {
  if (!project.faults.conflict || own === undefined || !parallelPair(project.tasks).includes(own)) return []
  const path = `${project.folder}CHANGES.md`
  const before = /^Built so far: (.+)$/m.exec((await stage.read(path)) ?? '')?.[1]?.split('; ') ?? []
  const built = before.includes(own.title) ? before : [...before, own.title]
  return [{ path, content: `# Changes\n\nBuilt so far: ${built.join('; ')}\n` }]
}

async function answerFeedback(stage: Stage, brief: TaskBrief): Promise<void> {
  for (const { kind, summary: failure, log = '' } of brief.feedback) {
    const clue = kind === 'check' ? clueIn(log) : null
    await stage.message(
      {
        check: `A check failed. ${failure} ${clue === null ? 'Its log names no test; I go through the files again.' : `The log says: ${clue}`}`,
        review: `The review found something: ${failure} I answer it now.`,
        conflict: `${failure} I do the work again on the new base and keep both sides.`,
        interrupted: 'The attempt before was interrupted; I take up what it left.',
        note: `I was told: ${failure}`,
      }[kind],
    )
  }
}

/** Returns the line of a test log that explains the failure. */
function clueIn(log: string): string | null {
  const patterns = [
    /^\s*(?:not ok \d+ - |✖ )(?!failing tests)(.{3,200})$/m,
    /^.*(?:\w*Error)\b.{0,200}$/m,
    /^.{3,200}$/m,
  ]
  for (const pattern of patterns) {
    const found = pattern.exec(log)
    if (found !== null) return (found[1] ?? found[0]).trim()
  }
  return null
}

/** Returns the number of failed checks. The gate runs them again on a clean checkout; this is only for the agent itself. */
async function runChecks(stage: Stage, checks: readonly string[]): Promise<number> {
  let failed = 0
  for (const check of checks) {
    const { exitCode } = await stage.run(check)
    if (exitCode !== 0) failed += 1
  }
  return failed
}

function summary(
  brief: TaskBrief,
  project: Project,
  written: number,
  checks: number,
  failed: number,
): string {
  const changed =
    written === 0 ? 'Nothing had to be changed' : `I wrote ${written} ${written === 1 ? 'file' : 'files'}`
  const known = isWhole(brief) || project.tasks.some((task) => task.key === brief.task.key)
  const stranger = known
    ? ''
    : ` This task is not part of my blueprint "${project.blueprint.id}", so I could only add missing files of the blueprint, or write down the request.`
  const proof =
    checks === 0
      ? 'There were no checks to run.'
      : failed === 0
        ? `All ${checks} checks pass here.`
        : `${failed} of ${checks} checks fail here.`
  return `${changed}. ${proof}${stranger}`
}

const TICK_MS = 200
const FLOOD_BYTES = 20_000_000
const FLOOD_CHUNK = 20_000

/** Applies the faults that concern the agent's behaviour rather than its work. */
async function misbehave(stage: Stage, faults: Faults, body: Body): Promise<void> {
  for (let waited = 0; waited < faults.slowMs; waited += TICK_MS) {
    await stage.message(`Working slowly, as asked: ${waited} of ${faults.slowMs} ms.`)
    await delay(Math.min(TICK_MS, faults.slowMs - waited), undefined, { signal: stage.signal })
  }
  if (faults.flood) {
    const chunk = `${'flood '.repeat(FLOOD_CHUNK / 6)}\n`
    for (let sent = 0; sent < FLOOD_BYTES; sent += chunk.length) await stage.message(chunk)
  }
  if (faults.hang) await hang(stage, body)
}

async function hang(stage: Stage, body: Body): Promise<void> {
  await stage.message('$ sleep 600')
  body.ignoreSignals()
  const child = startDeafCommand(stage.cwd)
  const onAbort = (): void => endGroup(child)
  stage.signal.addEventListener('abort', onAbort, { once: true })
  if (stage.signal.aborted) onAbort()
  await new Promise((resolve) => child.once('exit', resolve))
}
