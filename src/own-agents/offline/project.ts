import fs from 'node:fs'
import type { Blueprint, BlueprintTask, Flaw, Project, ProjectFile, ProjectTask } from './blueprint.ts'
import { packageFile, readme } from './documents.ts'
import { faultsOf } from './faults.ts'
import { fillTemplate } from './fill-template.ts'
import { matchVision, type BlueprintId } from './match-vision.ts'
import { openBlueprint } from './open-blueprint.ts'
import { IN_BROWSER, slugOf, wordingOf } from './wording.ts'

/**
 * Makes a project from a vision: a blueprint with the vision's own wording, as tasks with their files and checks. The same
 * vision always gives the same project, which is how architect, developers and reviewer agree without communicating.
 */

/** `folder` is the project's folder in a repository with other work; see `folderFor`. */
export async function openProject(vision: string, folder = ''): Promise<Project> {
  const id = matchVision(vision)
  const blueprint = await openBlueprint(id)
  const read = wordingOf(vision)
  const onWeb = blueprint.bin !== 'bin/preview.js' && id !== 'shortener' ? '' : IN_BROWSER
  const wording = { ...read, missing: read.missing.filter((feature) => feature !== onWeb) }
  const faults = faultsOf(vision)
  const title = wording.name ?? (id === 'starter' ? wording.headline : blueprint.titles[wording.language])
  const draft = {
    blueprint,
    wording,
    faults,
    folder,
    title,
    name: slugOf(wording.name ?? '') ?? (id === 'starter' ? 'starter' : id),
  }
  const inFolder = (command: string): string =>
    folder === '' ? command : `cd ${folder.slice(0, -1)} && ${command}`
  const tasks = [...blueprint.tasks, docsTask(blueprint, title)].map((task): ProjectTask => ({
    key: task.key,
    title: task.title,
    description:
      folder === '' ? task.description : `${task.description}\n\nAll paths are inside the folder ${folder}`,
    dependsOn: task.dependsOn,
    acceptance: task.acceptance,
    checks: faults.noChecks ? [] : checksOf(task).map(inFolder),
    files: task.files
      .filter((path) => !(faults.noChecks && path.startsWith('test/')))
      .map((path) => ({ path: folder + path, content: contentOf(path, id, draft) })),
  }))
  const checks = faults.noChecks ? [] : ['node --test', ...blueprint.jobChecks].map(inFolder)
  return { ...draft, tasks, checks }
}

/** Returns the files with a mistake added. Throws when the blueprint does not contain the text to replace, which is a bug. */
export function withFlaw(files: readonly ProjectFile[], flaw: Flaw, folder: string): ProjectFile[] {
  return files.map((file) => {
    if (file.path !== folder + flaw.path) return file
    if (!file.content.includes(flaw.find)) throw new Error(`${flaw.path} has no "${flaw.find}" to break`)
    return { path: file.path, content: file.content.replace(flaw.find, () => flaw.replace) }
  })
}

/** Returns the first two tasks that may run in parallel, or none. */
export function parallelPair(tasks: readonly ProjectTask[]): readonly ProjectTask[] {
  const needs = (task: ProjectTask, key: string): boolean =>
    task.dependsOn.some(
      (parent) => parent === key || tasks.some((other) => other.key === parent && needs(other, key)),
    )
  for (const [index, task] of tasks.entries()) {
    const other = tasks.slice(index + 1).find((later) => !needs(later, task.key) && !needs(task, later.key))
    if (other !== undefined) return [task, other]
  }
  return []
}

function docsTask(blueprint: Blueprint, title: string): BlueprintTask {
  const [first] = blueprint.tasks
  const after = blueprint.tasks.length > 2 ? blueprint.tasks.at(-1) : first
  return {
    key: 'docs',
    title: 'Write the README',
    description: `Write README.md for ${title}: what it is, how to run it, how to test it, and its origin.`,
    dependsOn: after === undefined ? [] : [after.key],
    acceptance: ['README.md describes what it is, how to run it and how to test it'],
    checks: ["grep -q '^## Run it' README.md", "grep -q 'node --test' README.md"],
    files: ['README.md'],
  }
}

/** Returns the checks of a task; its tests, if it has any, come first. */
function checksOf(task: BlueprintTask): readonly string[] {
  return task.files.some((path) => path.startsWith('test/')) ? ['node --test', ...task.checks] : task.checks
}

/** Templates shared by every web page, not part of one blueprint. */
const WEB_FILES = new Set(['bin/preview.js', 'test/preview.test.js', 'style.css'])

function contentOf(path: string, id: BlueprintId, project: Omit<Project, 'tasks' | 'checks'>): string {
  if (path === 'package.json') return packageFile(project)
  if (path === 'README.md') return readme(project)
  if (path === '.gitignore') return `node_modules/\n*.log\n${id === 'todo' ? 'todo.json\n' : ''}`
  const home = WEB_FILES.has(path) ? 'web' : id
  const template = fs.readFileSync(new URL(`./blueprints/${home}/${path}.tmpl`, import.meta.url), 'utf8')
  const { wording } = project
  return fillTemplate(template, {
    title: project.title,
    language: wording.language,
    theme: wording.theme,
    accent: wording.accent,
    onAccent: wording.onAccent,
    colour: String(wording.colour),
    maxLength: String(wording.maxLength),
    codeLength: String(wording.codeLength),
    passwordLength: String(wording.passwordLength),
    vision: wording.vision,
    blurb: wording.blurb,
  })
}
