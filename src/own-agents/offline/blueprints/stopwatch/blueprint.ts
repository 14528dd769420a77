import type { Blueprint } from '../../blueprint.ts'
import { webJobBug, webJobChecks, webTasks, webUsage } from '../web/web-tasks.ts'

/** A page with a stopwatch. */
export const blueprint: Blueprint = {
  id: 'stopwatch',
  titles: { en: 'Stopwatch', de: 'Stoppuhr', fr: 'Chronomètre', es: 'Cronómetro' },
  summary: 'a web page with a stopwatch that starts, stops, notes laps and resets',
  features: [
    'It starts, stops and goes on, and counts only the running time.',
    'It notes laps.',
    'It loses no time when the page sleeps in the background.',
  ],
  usage: webUsage,
  bin: 'bin/preview.js',
  tasks: [
    {
      key: 'stopwatch',
      title: 'Measure time',
      description:
        'Write src/stopwatch.js: createStopwatch(now) with start, stop, lap, reset, elapsed, running and laps, and formatTime(ms).',
      dependsOn: [],
      acceptance: ['only running time counts', 'laps are the times between presses'],
      checks: [
        `node --input-type=module -e "import { formatTime } from './src/stopwatch.js'; process.exit(formatTime(62340) === '01:02.34' ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/stopwatch.js', 'test/stopwatch.test.js'],
    },
    ...webTasks('stopwatch', 'the time, the laps and three buttons connected to src/stopwatch.js', [
      'the buttons start, stop, lap and reset',
    ]),
  ],
  jobChecks: webJobChecks,
  bug: {
    path: 'src/stopwatch.js',
    find: 'before = elapsed()\n      startedAt = null',
    replace: 'startedAt = null\n      before = elapsed()',
  },
  jobBug: webJobBug,
}
