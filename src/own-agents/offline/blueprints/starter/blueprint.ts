import type { Blueprint } from '../../blueprint.ts'

/** The fallback when no blueprint matches a vision: a minimal program that does not pretend to be more. */
export const blueprint: Blueprint = {
  id: 'starter',
  titles: { en: 'Starter', de: 'Anfang', fr: 'Départ', es: 'Comienzo' },
  summary: 'a starter: a tiny program that states the vision, with tests, from which a real team can begin',
  features: ['It states the vision.', 'It says that nothing of the vision is built yet.'],
  usage: ['node bin/start.js'],
  bin: 'bin/start.js',
  tasks: [
    {
      key: 'vision',
      title: 'Write the vision down as data',
      description:
        'Write src/vision.js: title, vision and statement(), which says honestly that nothing is built yet.',
      dependsOn: [],
      acceptance: ['the statement has the title and the vision'],
      checks: [
        `node --input-type=module -e "import { statement, vision } from './src/vision.js'; process.exit(statement().includes(vision) ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/vision.js', 'test/vision.test.js'],
    },
    {
      key: 'cli',
      title: 'Build the command that states it',
      description: 'Write bin/start.js on src/vision.js.',
      dependsOn: ['vision'],
      acceptance: ['the program states the vision'],
      checks: ['node bin/start.js | grep -q "nothing of it is built yet"'],
      files: ['bin/start.js', 'test/cli.test.js'],
    },
  ],
  jobChecks: [
    'node bin/start.js | grep -q "nothing of it is built yet"',
    '! node bin/start.js --nonsense 2>/dev/null',
  ],
  bug: { path: 'src/vision.js', find: '${title}\\n\\n${vision}', replace: '${title}\\n\\nNo vision' },
  jobBug: { path: 'bin/start.js', find: 'process.exitCode = 1', replace: 'process.exitCode = 0' },
}
