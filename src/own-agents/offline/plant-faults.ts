import type { TaskBrief } from '../../contract/brief.ts'
import type { Project, ProjectFile } from './blueprint.ts'
import { withFlaw } from './project.ts'

/**
 * Adds the mistakes that a vision asked for to the files of one attempt; faults.ts defines the markers. The feedback decides
 * whether an attempt has a mistake: the first work has it, the attempt with feedback on it does not.
 */
export function plantFaults(
  files: readonly ProjectFile[],
  brief: TaskBrief,
  project: Project,
): ProjectFile[] {
  const { faults, blueprint, folder } = project
  let planted = [...files]
  const stubborn = faults.stubborn && !isAskedToFix(brief)
  if (faults.unfixable || stubborn || (faults.bug && isFirstWork(brief))) {
    planted = withFlaw(planted, blueprint.bug, folder)
  }
  if (faults.jobBug && (faults.unfixable || !fixesTheJob(brief))) {
    planted = withFlaw(planted, blueprint.jobBug, folder)
  }
  if (faults.reviewFail && isCore(brief, project) && !wasReviewed(brief)) {
    planted = planted.map((file) => withOpenQuestion(file, project))
  }
  return planted
}

/** Whether the attempt is at the core of the project, which most faults affect. */
export function isCore(brief: TaskBrief, project: Project): boolean {
  return brief.mode === 'solo' || brief.task.key === project.tasks[0]?.key
}

/** Whether no work has been judged yet: a crash or an interruption may have ended the first attempt. */
function isFirstWork(brief: TaskBrief): boolean {
  const judged = brief.feedback.some(({ kind }) => kind === 'check' || kind === 'review')
  return brief.attempt <= 2 && !judged && !isRepair(brief)
}

function isAskedToFix(brief: TaskBrief): boolean {
  return brief.feedback.some(({ kind, summary }) => kind === 'note' && /\b(?:fix|mend)\b/i.test(summary))
}

/**
 * Whether the attempt fixes the whole job: a team does so in a repair task; an agent that works alone also after a failed
 * check.
 */
function fixesTheJob(brief: TaskBrief): boolean {
  return isRepair(brief) || (brief.mode === 'solo' && !isFirstWork(brief))
}

function wasReviewed(brief: TaskBrief): boolean {
  return isRepair(brief) || brief.attempt > 2 || brief.feedback.some(({ kind }) => kind === 'review')
}

function isRepair(brief: TaskBrief): boolean {
  return brief.task.key.startsWith('repair')
}

/** Adds the open question of `review-fail` to the core's module. */
function withOpenQuestion(file: ProjectFile, project: Project): ProjectFile {
  if (file.path !== project.folder + project.blueprint.bug.path) return file
  return {
    path: file.path,
    content: `// FIXME: describe what this module guarantees before others use it.\n${file.content}`,
  }
}
