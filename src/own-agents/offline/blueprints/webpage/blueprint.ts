import type { Blueprint } from '../../blueprint.ts'
import { webJobBug, webJobChecks, webTasks, webUsage } from '../web/web-tasks.ts'

/** A static page with a script. */
export const blueprint: Blueprint = {
  id: 'webpage',
  titles: { en: 'Welcome', de: 'Willkommen', fr: 'Bienvenue', es: 'Bienvenida' },
  summary:
    'a static web page with a small script: a greeting by the time of day and a switch between light and dark',
  features: [
    'The page greets by the time of day.',
    'A button switches between light and dark.',
    'The page has no dependencies and works on small screens.',
  ],
  usage: webUsage,
  bin: 'bin/preview.js',
  tasks: [
    {
      key: 'script',
      title: 'Greet and switch themes',
      description: 'Write src/greeting.js: greetingFor(hour) for the hours 0 to 23, and otherTheme(theme).',
      dependsOn: [],
      acceptance: ['every hour has its greeting', 'the themes take turns'],
      checks: [
        `node --input-type=module -e "import { greetingFor } from './src/greeting.js'; process.exit(greetingFor(9) === 'Good morning' ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/greeting.js', 'test/greeting.test.js'],
    },
    ...webTasks('script', 'the title, the text, the greeting and the button for the theme', [
      'the page greets',
      'the button switches the theme',
    ]),
  ],
  jobChecks: webJobChecks,
  bug: { path: 'src/greeting.js', find: 'hour < 12', replace: 'hour < 9' },
  jobBug: webJobBug,
}
