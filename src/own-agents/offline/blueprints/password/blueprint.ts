import type { Blueprint } from '../../blueprint.ts'

/** A password generator for the command line. */
export const blueprint: Blueprint = {
  id: 'password',
  titles: {
    en: 'Password generator',
    de: 'Passwortgenerator',
    fr: 'Générateur de mots de passe',
    es: 'Generador de contraseñas',
  },
  summary: 'a password generator for the command line that uses the randomness of the operating system',
  features: [
    'It makes passwords of a chosen length with every chosen kind of character, without bias.',
    'It leaves out characters that look alike.',
    'It tells how strong a password is.',
    'It explains mistakes on stderr and exits with 1.',
  ],
  usage: ['node bin/password.js', 'node bin/password.js --length 24 --count 5 --no-symbols'],
  bin: 'bin/password.js',
  tasks: [
    {
      key: 'generate',
      title: 'Generate passwords',
      description:
        'Write src/generate.js: generatePassword({ length, kinds }) from node:crypto without bias, with at least one character of each kind; PasswordError for what makes no password.',
      dependsOn: [],
      acceptance: ['every chosen kind is present', 'lengths that make no sense are refused'],
      checks: [
        `node --input-type=module -e "import { generatePassword } from './src/generate.js'; process.exit(generatePassword({ length: 20 }).length === 20 ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/generate.js', 'test/generate.test.js'],
    },
    {
      key: 'strength',
      title: 'Tell the strength',
      description: 'Write src/strength.js: entropyBits(length, alphabetSize) and strengthWord(bits).',
      dependsOn: [],
      acceptance: ['bits grow with the length'],
      checks: [
        `node --input-type=module -e "import { entropyBits } from './src/strength.js'; process.exit(entropyBits(8, 64) === 48 ? 0 : 1)"`,
      ],
      files: ['src/strength.js', 'test/strength.test.js'],
    },
    {
      key: 'cli',
      title: 'Build the command',
      description:
        'Write bin/password.js on src/generate.js and src/strength.js: [--length N] [--count N] [--no-symbols]; passwords on stdout, the strength on stderr.',
      dependsOn: ['generate', 'strength'],
      acceptance: ['length and count are honoured'],
      checks: ['node bin/password.js --length 20 2>/dev/null | grep -qE "^.{20}$"'],
      files: ['bin/password.js', 'test/cli.test.js'],
    },
  ],
  jobChecks: [
    'node bin/password.js --no-symbols 2>/dev/null | grep -qE "^[a-zA-Z0-9]+$"',
    '! node bin/password.js --length 1 2>/dev/null',
  ],
  bug: {
    path: 'src/generate.js',
    find: 'characters.length < length)',
    replace: 'characters.length <= length)',
  },
  jobBug: { path: 'bin/password.js', find: 'process.exitCode = 1', replace: 'process.exitCode = 0' },
}
