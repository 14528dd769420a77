import type { Blueprint } from '../../blueprint.ts'

/** A unit converter for the command line. */
export const blueprint: Blueprint = {
  id: 'units',
  titles: {
    en: 'Unit converter',
    de: 'Einheitenrechner',
    fr: "Convertisseur d'unités",
    es: 'Conversor de unidades',
  },
  summary:
    'a converter between units of length, mass, volume, time, speed, data and temperature for the command line',
  features: [
    'It understands questions such as "10 km in mi".',
    'It converts between units of the same kind and refuses others.',
    'It explains mistakes on stderr and exits with 1.',
  ],
  usage: ['node bin/convert.js 10 km in mi', 'node bin/convert.js 100 c to f', 'node bin/convert.js --help'],
  bin: 'bin/convert.js',
  tasks: [
    {
      key: 'convert',
      title: 'Convert between units',
      description:
        'Write src/convert.js: convert(value, from, to) for seven kinds of units, unitsByKind(), ConversionError for unknown units and units of different kinds.',
      dependsOn: [],
      acceptance: ['100 c is 212 f', 'kilometres are not kilograms'],
      checks: [
        `node --input-type=module -e "import { convert } from './src/convert.js'; process.exit(convert(1, 'km', 'm') === 1000 ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/convert.js', 'test/convert.test.js'],
    },
    {
      key: 'question',
      title: 'Understand the question',
      description:
        'Write src/question.js: parseQuestion("10 km in mi") gives { value, from, to } or null; formatAnswer(value, unit) without noise.',
      dependsOn: [],
      acceptance: ['questions are understood with and without spaces'],
      checks: [
        `node --input-type=module -e "import { parseQuestion } from './src/question.js'; process.exit(parseQuestion('10 km in mi').to === 'mi' ? 0 : 1)"`,
      ],
      files: ['src/question.js', 'test/question.test.js'],
    },
    {
      key: 'cli',
      title: 'Build the command',
      description:
        'Write bin/convert.js on src/convert.js and src/question.js; --help lists the units, mistakes go to stderr and make the exit code 1.',
      dependsOn: ['convert', 'question'],
      acceptance: ['convert 100 c to f prints 212 f'],
      checks: ['node bin/convert.js 100 c to f | grep -qx "212 f"'],
      files: ['bin/convert.js', 'test/cli.test.js'],
    },
  ],
  jobChecks: [
    'node bin/convert.js 2 h in min | grep -qx "120 min"',
    '! node bin/convert.js 1 km in kg 2>/dev/null',
  ],
  bug: { path: 'src/convert.js', find: 'km: 1000', replace: 'km: 100' },
  jobBug: { path: 'bin/convert.js', find: 'process.exitCode = 1', replace: 'process.exitCode = 0' },
}
