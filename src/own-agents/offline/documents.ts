import type { Blueprint, Project } from './blueprint.ts'
import type { Faults } from './faults.ts'
import { markdownQuote, markdownText } from './fill-template.ts'
import type { Wording } from './wording.ts'

/**
 * The input for the documents of a generated project: package.json, README.md, requirements, design. Each document states
 * what was built, that a blueprint and no model built it, and what the vision asked for beyond it.
 */
interface Subject {
  readonly blueprint: Blueprint
  readonly wording: Wording
  readonly faults: Faults
  readonly name: string
  readonly title: string
  readonly folder: string
}

/** Marks that distinguish a generated file from a file of the repository that a job started from. */
export const PACKAGE_MARK = '"builtBy": "slipway offline demo"'
export const DOCUMENT_MARK = 'offline demo'

export function packageFile(project: Subject): string {
  const { blueprint, name } = project
  const content = {
    name,
    version: '0.1.0',
    description: `${project.title}: ${blueprint.summary}`,
    private: true,
    type: 'module',
    ...(blueprint.bin === 'bin/preview.js' ? {} : { bin: { [name]: blueprint.bin } }),
    scripts: { start: `node ${blueprint.bin}`, ...(project.faults.noChecks ? {} : { test: 'node --test' }) },
    engines: { node: '>=20' },
    slipway: { builtBy: 'slipway offline demo', blueprint: blueprint.id },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

export function readme(project: Subject): string {
  const { blueprint } = project
  const testing = project.faults.noChecks
    ? 'This project has no tests: the vision asked for a project that proves nothing.'
    : '```sh\nnode --test\n```'
  return `# ${markdownText(project.title)}

This is ${blueprint.summary}. It needs Node 20 or later and nothing else.

${blueprint.features.map((feature) => `- ${feature}`).join('\n')}

## Run it

\`\`\`sh
${blueprint.usage.join('\n')}
\`\`\`

## Test it

${testing}

## Where it comes from

The offline demo of Slipway built this from its blueprint "${blueprint.id}". **No model was involved**: nobody read the
vision with understanding, and what the vision asks for beyond the blueprint is not here.
${missingSection(project)}
The vision was:

${markdownQuote(project.wording.vision)}

To have a vision built as it was meant, connect a coding agent: in Slipway's settings add a backend (any program that
speaks the Agent Client Protocol), then choose it when you create the job.
`
}

export function requirements(project: Subject): string {
  return `# Requirements: ${markdownText(project.title)}

Written by the offline demo from its blueprint "${project.blueprint.id}"; no model was involved.

## The vision

${markdownQuote(project.wording.vision)}

## What is built

This is ${project.blueprint.summary}.

${project.blueprint.features.map((feature, index) => `${index + 1}. ${feature}`).join('\n')}
${missingSection(project)}
## How it is proven

${project.faults.noChecks ? 'Not at all: the vision asked for a project without checks.' : 'By tests beside every task, and by commands that use the finished program.'}
`
}

export function design(project: Project): string {
  const location =
    project.folder === ''
      ? 'Everything lives in the root of the repository.'
      : `Everything lives in \`${project.folder}\`, because the repository holds other work.`
  const tasks = project.tasks.map((task) => {
    const after = task.dependsOn.length === 0 ? '' : ` (after ${task.dependsOn.join(', ')})`
    const files = task.files.map((file) => `\`${file.path}\``).join(', ')
    return `- **${task.key}**${after}: ${task.title}. Files: ${files}`
  })
  return `# Design: ${markdownText(project.title)}

Written by the offline demo from its blueprint "${project.blueprint.id}"; no model was involved.

${location}

The program is plain JavaScript modules for Node 20 or later without dependencies. What can be decided without input and
output is in \`src/\` and tested alone; \`bin/\` only connects it to the world.

## Tasks

${tasks.join('\n')}

Tasks that do not depend on each other touch different files, so they can be worked on at the same time.

## Checks

${project.checks.length === 0 ? 'None: the vision asked for a project without checks.' : project.checks.map((check) => `- \`${check}\``).join('\n')}
`
}

function missingSection({ wording, blueprint }: Subject): string {
  const missing =
    blueprint.id === 'starter'
      ? ['everything: the offline demo has no blueprint for this vision']
      : wording.missing
  if (missing.length === 0) return ''
  return `\nThe vision seems to ask for more than the blueprint has:\n\n${missing.map((feature) => `- ${feature}`).join('\n')}\n`
}
