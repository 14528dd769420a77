import type { Blueprint } from '../../blueprint.ts'
import { webJobBug, webJobChecks, webTasks, webUsage } from '../web/web-tasks.ts'

/** A page with a counter. */
export const blueprint: Blueprint = {
  id: 'counter',
  titles: { en: 'Counter', de: 'Zähler', fr: 'Compteur', es: 'Contador' },
  summary: 'a web page with a counter: one button up, one down, one back to zero',
  features: [
    'Buttons count up, count down and reset.',
    'The number never leaves its limits.',
    'The page works with a keyboard and a screen reader, in light and dark.',
  ],
  usage: webUsage,
  bin: 'bin/preview.js',
  tasks: [
    {
      key: 'counter',
      title: 'Count',
      description:
        'Write src/counter.js: createCounter(start) with value, increment, decrement and reset, kept within LIMIT.',
      dependsOn: [],
      acceptance: ['it counts up, down and back to the start', 'it never leaves its limits'],
      checks: [
        `node --input-type=module -e "import { createCounter } from './src/counter.js'; const counter = createCounter(); counter.increment(); process.exit(counter.increment() === 2 ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/counter.js', 'test/counter.test.js'],
    },
    ...webTasks('counter', 'a number and three buttons connected to src/counter.js', [
      'the buttons move the number',
    ]),
  ],
  jobChecks: webJobChecks,
  bug: {
    path: 'src/counter.js',
    find: 'increment: (step = 1) => move(step)',
    replace: 'increment: (step = 1) => move(-step)',
  },
  jobBug: webJobBug,
}
