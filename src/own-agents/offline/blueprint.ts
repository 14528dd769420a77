import type { Faults } from './faults.ts'
import type { Language, Wording } from './wording.ts'

/**
 * A blueprint is a complete program that the offline demo can generate: its files are templates in the folder of its `id`,
 * its tasks define who writes which of them, in which order, and the checks. The first task is the core. Every blueprint
 * gets a last task `docs` (README.md) and the common files of a package; see project.ts.
 */
export interface Blueprint {
  readonly id: string
  /** The title when the vision does not name the program. */
  readonly titles: Readonly<Record<Language, string>>
  /** A description of the program, as the rest of the sentence "This is ...". */
  readonly summary: string
  /** Its features, one sentence each: the requirements. */
  readonly features: readonly string[]
  /** Commands that demonstrate it, for people. */
  readonly usage: readonly string[]
  /** The file behind `npm start`. */
  readonly bin: string
  readonly tasks: readonly BlueprintTask[]
  /** Checks of the whole job, beyond `node --test`. */
  readonly jobChecks: readonly string[]
  /** A mistake in the core that the core's checks find. */
  readonly bug: Flaw
  /** A mistake that the checks of the tasks miss and those of the job find. */
  readonly jobBug: Flaw
}

export interface BlueprintTask {
  readonly key: string
  readonly title: string
  readonly description: string
  readonly dependsOn: readonly string[]
  readonly acceptance: readonly string[]
  /** Commands beyond `node --test`, which every task with tests gets. */
  readonly checks: readonly string[]
  readonly files: readonly string[]
}

/** An edit of one file that breaks a working program. */
export interface Flaw {
  readonly path: string
  readonly find: string
  readonly replace: string
}

/** A project generated from a vision: a blueprint with the vision's own wording. */
export interface Project {
  readonly blueprint: Blueprint
  readonly wording: Wording
  readonly faults: Faults
  /** The name for npm and for folders. */
  readonly name: string
  /** The title for people. */
  readonly title: string
  /** The project's folder in the repository: empty for its root, else ending in `/`. */
  readonly folder: string
  /** The first is the core. */
  readonly tasks: readonly ProjectTask[]
  readonly checks: readonly string[]
}

export interface ProjectTask {
  readonly key: string
  readonly title: string
  readonly description: string
  readonly dependsOn: readonly string[]
  readonly acceptance: readonly string[]
  readonly checks: readonly string[]
  readonly files: readonly ProjectFile[]
}

/** A file of the project; `path` is relative to the workspace. */
export interface ProjectFile {
  readonly path: string
  readonly content: string
}
