import type { TaskBrief } from '../../contract/brief.ts'
import type { Project, ProjectFile } from './blueprint.ts'
import { withFlaw } from './project.ts'

/**
 * The mistakes that a vision asked for, put into the files of one attempt; faults.ts says which marker means what.
 * Which attempt makes a mistake, and which mends it, is decided by what came back: the first work has it, and the
 * attempt that is told of it has not.
 */
export function plantFaults(
  files: readonly ProjectFile[],
  brief: TaskBrief,
  project: Project,
): ProjectFile[] {
  const { faults, blueprint, folder } = project
  let planted = [...files]
  const stubborn = faults.stubborn && !isToldToMend(brief)
  if (faults.unfixable || stubborn || (faults.bug && isFirstWork(brief))) {
    planted = withFlaw(planted, blueprint.bug, folder)
  }
  if (faults.jobBug && (faults.unfixable || !mendsTheJob(brief))) {
    planted = withFlaw(planted, blueprint.jobBug, folder)
  }
  if (faults.reviewFail && isCore(brief, project) && !wasReviewed(brief)) {
    planted = planted.map((file) => withOpenQuestion(file, project))
  }
  return planted
}

/** Whether the attempt is at the core of the project, where most faults live. */
export function isCore(brief: TaskBrief, project: Project): boolean {
  return brief.mode === 'solo' || brief.task.key === project.tasks[0]?.key
}

/** A crash or an interruption may have taken the first attempt; a verdict has not come back yet. */
function isFirstWork(brief: TaskBrief): boolean {
  const judged = brief.feedback.some(({ kind }) => kind === 'check' || kind === 'review')
  return brief.attempt <= 2 && !judged && !isRepair(brief)
}

function isToldToMend(brief: TaskBrief): boolean {
  return brief.feedback.some(({ kind, summary }) => kind === 'note' && /\b(?:fix|mend)\b/i.test(summary))
}

/** A team mends the whole job in a repair task; who works alone may be told by a failed check, too. */
function mendsTheJob(brief: TaskBrief): boolean {
  return isRepair(brief) || (brief.mode === 'solo' && !isFirstWork(brief))
}

function wasReviewed(brief: TaskBrief): boolean {
  return isRepair(brief) || brief.attempt > 2 || brief.feedback.some(({ kind }) => kind === 'review')
}

function isRepair(brief: TaskBrief): boolean {
  return brief.task.key.startsWith('repair')
}

/** The open question of `review-fail`, in the core's module. */
function withOpenQuestion(file: ProjectFile, project: Project): ProjectFile {
  if (file.path !== project.folder + project.blueprint.bug.path) return file
  return {
    path: file.path,
    content: `// FIXME: say what this module promises before anybody builds on it.\n${file.content}`,
  }
}
