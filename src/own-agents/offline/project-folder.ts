import fs from 'node:fs/promises'
import type { Project } from './blueprint.ts'
import { DOCUMENT_MARK, PACKAGE_MARK } from './documents.ts'
import type { Stage } from '../stage/stage.ts'

/**
 * Returns the project's folder in the repository. A job may start from a repository with other work in it, which the demo
 * must not overwrite: then the project gets a folder of its own. The design document records the folder for all tasks;
 * without one, the contents of the workspace decide.
 */
export async function folderFor(stage: Stage, project: Project): Promise<string> {
  const agreed = /^Everything lives in (?:`([a-z0-9-]+\/)`|the root of the repository)/m.exec(
    (await stage.read('docs/design.md')) ?? '',
  )
  if (agreed !== null) return agreed[1] ?? ''
  return (await hasOtherWork(stage, project)) ? `demo-${project.name}/` : ''
}

const SILENT = new Set(['.git', '.gitignore', 'docs'])

async function hasOtherWork(stage: Stage, project: Project): Promise<boolean> {
  const own = new Set(
    project.tasks.flatMap((task) => task.files.map((file) => file.path.split('/')[0] ?? '')),
  )
  const entries = (await fs.readdir(stage.cwd)).filter(
    (entry) => !SILENT.has(entry) && entry !== stage.reports,
  )
  if (entries.some((entry) => !own.has(entry) && entry !== `demo-${project.name}` && entry !== 'CHANGES.md'))
    return true
  if (entries.includes(`demo-${project.name}`)) return true
  if (entries.includes('package.json'))
    return !((await stage.read('package.json')) ?? '').includes(PACKAGE_MARK)
  return entries.includes('README.md') && !((await stage.read('README.md')) ?? '').includes(DOCUMENT_MARK)
}
