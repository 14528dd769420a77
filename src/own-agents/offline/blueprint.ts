import type { Faults } from './faults.ts'
import type { Language, Wording } from './wording.ts'

/**
 * A blueprint is a real program that the offline demo knows by heart: its files are templates in the folder of its
 * `id`, its tasks say who writes which of them, in which order, and what proves it. The first task is the core.
 * Every blueprint gets a last task `docs` (README.md) and the common files of a package; see project.ts.
 */
export interface Blueprint {
  readonly id: string
  /** The title when the vision gives the program no name. */
  readonly titles: Readonly<Record<Language, string>>
  /** What the program is, as the rest of the sentence "This is ...". */
  readonly summary: string
  /** What it does, one sentence each: the requirements. */
  readonly features: readonly string[]
  /** Commands that show it, for people. */
  readonly usage: readonly string[]
  /** The file behind `npm start`. */
  readonly bin: string
  readonly tasks: readonly BlueprintTask[]
  /** What only the whole job proves, beyond `node --test`. */
  readonly jobChecks: readonly string[]
  /** A mistake in the core that the core's checks find. */
  readonly bug: Flaw
  /** A mistake that the checks of every task pass over and those of the job find. */
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

/** An edit of one file that makes a working program a broken one. */
export interface Flaw {
  readonly path: string
  readonly find: string
  readonly replace: string
}

/** A vision turned into a whole project: a blueprint in the vision's own wording. */
export interface Project {
  readonly blueprint: Blueprint
  readonly wording: Wording
  readonly faults: Faults
  /** For npm and for folders. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** Where the project lives in the repository: empty for its root, else a folder ending in `/`. */
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
