import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Plan } from '../../contract/plan.ts'
import { runCommand } from '../stage/child-command.ts'
import { matchVision, type BlueprintId } from './match-vision.ts'
import { planFile } from './play-planner.ts'
import type { Project, ProjectFile } from './blueprint.ts'
import { openProject, parallelPair, withFlaw } from './project.ts'

/** Every blueprint is a real program: built task by task as the agents would, and proven by its own checks. */
const visions: Readonly<Record<BlueprintId, string>> = {
  calculator: 'a calculator called "Sumo\'s `best` <b>"',
  counter: 'a page with a counter button, dark, in green',
  todo: 'a todo list with a CLI, at most 80 characters each',
  words: 'a tool that counts word frequency',
  shortener: 'URL shortener with 6-character codes',
  webpage: 'a static web page that says "Hello <world> & \'you\'"',
  tictactoe: 'tic tac toe with an AI, in colour',
  markdown: 'convert markdown to html',
  stopwatch: 'a stopwatch called Zeit',
  units: 'a unit converter',
  password: 'a password generator, 20 characters',
  starter: 'a zen garden with "quotes", `ticks`, ${dollars}, </script>, \u{1F333}\nand lines\u2028',
}
const ids = Object.keys(visions) as BlueprintId[]
const folders: string[] = []
const never = new AbortController().signal

afterAll(() => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true })
})

function emptyFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offline-'))
  folders.push(folder)
  return folder
}

function place(folder: string, files: readonly ProjectFile[]): void {
  for (const file of files) {
    fs.mkdirSync(path.dirname(path.join(folder, file.path)), { recursive: true })
    fs.writeFileSync(path.join(folder, file.path), file.content)
  }
}

/** The failing checks, with the end of their output. */
async function failing(folder: string, checks: readonly string[]): Promise<string[]> {
  const failed: string[] = []
  for (const check of checks) {
    const { exitCode, output } = await runCommand(check, folder, never)
    if (exitCode !== 0) failed.push(`${check}\n${output.slice(-1500)}`)
  }
  return failed
}

function filesOf(project: Project): ProjectFile[] {
  return project.tasks.flatMap((task) => task.files)
}

describe.concurrent.each(ids)('the blueprint %s', (id) => {
  it('is chosen by its vision', () => {
    expect(matchVision(visions[id])).toBe(id)
  })

  it('is built task by task, each proven with only its dependencies', async () => {
    const project = await openProject(visions[id])
    for (const task of project.tasks) {
      const folder = emptyFolder()
      const needed = (key: string): ProjectFile[] => {
        const found = project.tasks.find((other) => other.key === key)
        return found === undefined ? [] : [...found.dependsOn.flatMap(needed), ...found.files]
      }
      place(folder, needed(task.key))
      expect(task.checks.length).toBeGreaterThan(0)
      expect(await failing(folder, task.checks)).toEqual([])
    }
  }, 60_000)

  it('is proven as a whole', async () => {
    const project = await openProject(visions[id])
    const folder = emptyFolder()
    place(folder, filesOf(project))
    expect(await failing(folder, project.checks)).toEqual([])
    const { output } = await runCommand('node --test', folder, never)
    expect(Number(/(?:ℹ|#) pass (\d+)/.exec(output)?.[1])).toBeGreaterThan(2)
    expect(fs.readFileSync(path.join(folder, 'README.md'), 'utf8')).toContain('No model was involved')
  }, 30_000)

  it('has checks that find the planted bug', async () => {
    const project = await openProject(visions[id])
    const [core] = project.tasks
    if (core === undefined) throw new Error('no core')
    const folder = emptyFolder()
    place(folder, withFlaw(core.files, project.blueprint.bug, ''))
    expect((await failing(folder, core.checks)).length).toBeGreaterThan(0)
  }, 30_000)

  it('has a bug that only the checks of the job find', async () => {
    const project = await openProject(visions[id])
    const folder = emptyFolder()
    place(folder, withFlaw(filesOf(project), project.blueprint.jobBug, ''))
    expect(
      await failing(
        folder,
        project.tasks.flatMap((task) => task.checks),
      ),
    ).toEqual([])
    expect((await failing(folder, project.checks)).length).toBeGreaterThan(0)
  }, 60_000)

  it('has a valid plan with parallel tasks that change different files', async () => {
    const project = await openProject(visions[id])
    const plan = Plan.parse(JSON.parse(planFile(project)))
    expect(plan.tasks.length).toBeGreaterThanOrEqual(2)
    expect(parallelPair(project.tasks)).toHaveLength(2)
    const paths = filesOf(project).map((file) => file.path)
    expect(new Set(paths).size).toBe(paths.length)
  })

  it('has no tests and no checks when a vision asks for none', async () => {
    const project = await openProject(`${visions[id]} [[demo:no-checks]]`)
    const plan = Plan.parse(JSON.parse(planFile(project)))
    expect([...plan.checks, ...plan.tasks.flatMap((task) => task.checks)]).toEqual([])
    expect(filesOf(project).filter((file) => file.path.startsWith('test/'))).toEqual([])
  })
})

describe('text from a vision', () => {
  it('becomes a folder of its own when the repository has other work', async () => {
    const project = await openProject('a unit converter', 'demo-units/')
    const folder = emptyFolder()
    place(folder, filesOf(project))
    expect(fs.readdirSync(folder)).toEqual(['demo-units'])
    expect(await failing(folder, project.checks)).toEqual([])
  }, 30_000)

  it('names the package and the title', async () => {
    const { name, title } = await openProject('a calculator called Sumo')
    expect({ name, title }).toEqual({ name: 'sumo', title: 'Sumo' })
  })

  it('is cut to a sensible length and stays well-formed', async () => {
    const project = await openProject(`a zen garden ${'\u{1F333}`"<'.repeat(20_000)}`)
    for (const file of filesOf(project)) {
      expect(file.content.isWellFormed()).toBe(true)
      expect(file.content.length).toBeLessThan(40_000)
    }
  })

  it('never puts demo markers into files', async () => {
    const project = await openProject('a calculator [[demo:bug]] [[demo:slow=100]] called Sumo')
    expect(filesOf(project).filter((file) => file.content.includes('[[demo'))).toEqual([])
    expect(project.faults).toMatchObject({ bug: true, slowMs: 100, unfixable: false })
  })
})
