import { scriptText, type Step } from './scripted-model/script.ts'

/**
 * A vision that carries a script for every role of a team: requirements, a plan of two tasks that are worked on at the same
 * time, their work, a review of each. Whichever agent plays a role, a model that follows scripts leads it to the same end.
 */
export function scriptedVision(options: { readonly fail?: Step } = {}): string {
  const { fail } = options
  const said = (text: string): Step => ({ text })
  const scripts = [
    scriptText({
      role: 'product_owner',
      steps: [{ write: ['docs/requirements.md', REQUIREMENTS] }, said('The requirements are written.')],
    }),
    scriptText({
      role: 'architect',
      steps: [
        { write: ['docs/design.md', DESIGN] },
        { write: ['.slipway/plan.json', JSON.stringify(PLAN)] },
        said('The plan is written.'),
      ],
    }),
    ...Object.entries(WORK).map(([task, files]) =>
      scriptText({
        role: 'developer',
        task,
        steps: [
          ...(fail === undefined ? [] : [fail]),
          ...files.map((file): Step => ({ write: file })),
          { bash: `node --test test/${task}.test.js` },
          said(`${task} is done.`),
        ],
      }),
    ),
    scriptText({
      role: 'reviewer',
      steps: [
        { bash: 'git log --oneline -3' },
        { write: ['.slipway/review.json', JSON.stringify(REVIEW)] },
        said('Reviewed.'),
      ],
    }),
  ]
  return `Sums and products of two numbers, as two functions with tests.\n\n${scripts.join('\n')}`
}

/** The tasks of the plan. */
export const SCRIPTED_TASKS = ['add', 'times'] as const

const REQUIREMENTS = '# Requirements\n\nadd(a, b) and times(a, b), each with a test.\n'
const DESIGN = '# Design\n\nsrc/add.js and src/times.js; each exports one function. Tests: node --test.\n'

const PLAN = {
  title: 'Sums and products',
  summary: 'Two functions with tests.',
  tasks: SCRIPTED_TASKS.map((key) => ({
    key,
    title: `Write ${key}`,
    description: `Write src/${key}.js and test/${key}.test.js.`,
    depends_on: [],
    acceptance: [`${key}(2, 3) is right`],
    checks: [`node --test test/${key}.test.js`],
  })),
  checks: ['node --test', 'test -s docs/requirements.md'],
}

const REVIEW = { verdict: 'pass', summary: 'It does what the task says.', findings: [] }

function functionFiles(name: string, sign: string, result: number): [string, string][] {
  return [
    [`src/${name}.js`, `export const ${name} = (a, b) => a ${sign} b\n`],
    [
      `test/${name}.test.js`,
      `import assert from 'node:assert'\nimport test from 'node:test'\nimport { ${name} } from '../src/${name}.js'\n\ntest('${name}', () => assert.strictEqual(${name}(2, 3), ${result}))\n`,
    ],
  ]
}

const WORK: Readonly<Record<string, [string, string][]>> = {
  add: [
    ['package.json', '{ "name": "sums", "type": "module", "private": true }\n'],
    ...functionFiles('add', '+', 5),
  ],
  times: [
    ['package.json', '{ "name": "sums", "type": "module", "private": true }\n'],
    ...functionFiles('times', '*', 6),
  ],
}
