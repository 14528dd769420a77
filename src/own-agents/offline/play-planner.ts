import type { TaskBrief } from '../../contract/brief.ts'
import type { Project } from './blueprint.ts'
import { design, DOCUMENT_MARK, requirements } from './documents.ts'
import { folderFor } from './project-folder.ts'
import { openProject } from './project.ts'
import { planSentBack, revisePlan } from './revise-plan.ts'
import type { Stage } from '../stage/stage.ts'

/**
 * The planning roles. The product owner writes docs/requirements.md; the architect writes docs/design.md and
 * .slipway/plan.json.
 */
export async function playProductOwner(stage: Stage, brief: TaskBrief): Promise<void> {
  const steps = ['Read the vision', 'Write docs/requirements.md']
  await stage.plan(steps, 0)
  const project = await openProject(brief.vision)
  await stage.message(introduction(project))
  await stage.plan(steps, 1)
  await writeDocument(stage, 'docs/requirements.md', requirements(project))
  await stage.plan(steps, 2)
  await stage.message(
    `docs/requirements.md has ${project.blueprint.features.length} requirements. ${beyond(project)}`,
  )
}

/** `turn` counts the prompts of the session from 1: later ones contain the errors of an invalid plan. */
export async function playArchitect(stage: Stage, brief: TaskBrief, turn: number): Promise<void> {
  const steps = ['Read the requirements', 'Write docs/design.md', 'Write .slipway/plan.json']
  await stage.plan(steps, 0)
  await stage.read('docs/requirements.md')
  const draft = await openProject(brief.vision)
  const project = await openProject(brief.vision, await folderFor(stage, draft))
  await stage.plan(steps, 1)
  await writeDocument(stage, 'docs/design.md', design(project))
  await stage.plan(steps, 2)
  if (project.faults.badPlan && turn === 1 && brief.attempt === 1 && brief.feedback.length === 0) {
    await stage.write('.slipway/plan.json', invalidPlan(project))
    await stage.message('The plan is written. ([[demo:bad-plan]] was requested, so it is invalid.)')
    return
  }
  const back = planSentBack(brief)
  if (back !== null) return revise(stage, steps, project, back)
  await stage.write('.slipway/plan.json', planFile(project))
  await stage.plan(steps, 3)
  const count = `${project.tasks.length} tasks and ${project.checks.length} checks of the whole job`
  await stage.message(
    turn === 1 ? `The plan has ${count}.` : `I wrote the plan again, valid this time: ${count}.`,
  )
}

/** Revises a plan that a person sent back. */
async function revise(
  stage: Stage,
  steps: readonly string[],
  project: Project,
  back: NonNullable<ReturnType<typeof planSentBack>>,
): Promise<void> {
  const { plan, done } = revisePlan(project, back.plan, back.note)
  await stage.write('.slipway/plan.json', `${JSON.stringify(plan, null, 2)}\n`)
  await stage.plan(steps, steps.length)
  await stage.message(
    done.length === 0
      ? `The plan was sent back with the note "${back.note}". No model is involved here, so I could not act on it: the plan is the same, and its summary has the note.`
      : `The plan was sent back. By plain rules, without a model, I ${done.join(' and ')}.`,
  )
}

/** Returns the offline demo's introduction, sent before it begins. */
export function introduction(project: Project): string {
  const { id, summary } = project.blueprint
  return id === 'starter'
    ? `I am the offline demo: I build from blueprints, no model is involved, and I have none for this vision. I will leave ${summary}. Connect a real backend in the settings to have the vision built.`
    : `I am the offline demo: I build from blueprints and no model is involved. The vision fits my blueprint "${id}": ${summary}. It will be called ${project.title}.`
}

function beyond({ wording, blueprint }: Project): string {
  if (blueprint.id === 'starter' || wording.missing.length === 0) return ''
  return `Not in my blueprint, though the vision seems to ask for it: ${wording.missing.join(', ')}.`
}

export function planFile(project: Project): string {
  const plan = {
    title: project.title.slice(0, 120),
    summary:
      `The offline demo builds ${project.blueprint.summary} from a blueprint; no model is involved. ${beyond(project)}`.trim(),
    tasks: project.tasks.map((task) => ({
      key: task.key,
      title: task.title,
      description: task.description,
      depends_on: task.dependsOn,
      acceptance: task.acceptance,
      checks: task.checks,
    })),
    checks: project.checks,
  }
  return `${JSON.stringify(plan, null, 2)}\n`
}

/** Returns a plan with two tasks that depend on each other, and no title. */
function invalidPlan(project: Project): string {
  const task = (key: string, needed: string): object => ({
    key,
    title: key,
    description: `Build ${key}.`,
    depends_on: [needed],
  })
  return `${JSON.stringify({ title: '', summary: project.title, tasks: [task('one', 'two'), task('two', 'one')] }, null, 2)}\n`
}

/** Writes a document; if the repository has one of its own, appends to it. */
async function writeDocument(stage: Stage, file: string, text: string): Promise<void> {
  const existing = await stage.read(file)
  const foreign = existing !== null && !existing.includes(DOCUMENT_MARK)
  await stage.write(file, foreign ? `${existing.trimEnd()}\n\n${text}` : text)
}
