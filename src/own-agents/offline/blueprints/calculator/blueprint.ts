import type { Blueprint } from '../../blueprint.ts'

/** A calculator for the command line: a recursive descent parser, number formatting, the command. */
export const blueprint: Blueprint = {
  id: 'calculator',
  titles: { en: 'Calculator', de: 'Taschenrechner', fr: 'Calculatrice', es: 'Calculadora' },
  summary: 'a calculator for the command line',
  features: [
    'It evaluates + - * / % ^ with the usual precedence, signs, decimals and parentheses.',
    'It explains what is wrong with an expression, and where.',
    'It prints results as people write them, without the noise of binary fractions.',
    'It takes an expression as arguments, or one per line on stdin, and exits with 1 after a mistake.',
  ],
  usage: ['node bin/calc.js "2 + 3 * 4"', 'echo "(1 + 2) ^ 3" | node bin/calc.js'],
  bin: 'bin/calc.js',
  tasks: [
    {
      key: 'engine',
      title: 'Evaluate expressions',
      description:
        'Write src/calculate.js: calculate(text) gives the value of an arithmetic expression (+ - * / % ^, signs, decimals, parentheses) by recursive descent, without eval; CalculationError says what is wrong and at which position. Test precedence, associativity and every kind of mistake.',
      dependsOn: [],
      acceptance: [
        '2 + 3 * 4 is 14',
        'division by zero, missing parentheses and unknown characters are refused with a reason',
      ],
      checks: [
        `node --input-type=module -e "import { calculate } from './src/calculate.js'; process.exit(calculate('2 + 3 * 4') === 14 ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/calculate.js', 'test/calculate.test.js'],
    },
    {
      key: 'format',
      title: 'Format numbers for people',
      description:
        'Write src/format.js: formatNumber(value) gives at most twelve significant digits, no binary noise, no negative zero.',
      dependsOn: [],
      acceptance: ['0.1 + 0.2 is shown as 0.3'],
      checks: [
        `node --input-type=module -e "import { formatNumber } from './src/format.js'; process.exit(formatNumber(0.1 + 0.2) === '0.3' ? 0 : 1)"`,
      ],
      files: ['src/format.js', 'test/format.test.js'],
    },
    {
      key: 'cli',
      title: 'Build the command',
      description:
        'Write bin/calc.js on src/calculate.js and src/format.js: the expression comes from the arguments, or line by line from stdin; mistakes go to stderr and make the exit code 1.',
      dependsOn: ['engine', 'format'],
      acceptance: ['calc "2 + 3 * 4" prints 14', 'lines on stdin are answered one by one'],
      checks: ['node bin/calc.js "2 + 3 * 4" | grep -qx 14'],
      files: ['bin/calc.js', 'test/cli.test.js'],
    },
  ],
  jobChecks: ['node bin/calc.js "2 + 3 * 4" | grep -qx 14', '! node bin/calc.js "2 +" 2>/dev/null'],
  bug: { path: 'src/calculate.js', find: 'value *= sign(reader)', replace: 'value += sign(reader)' },
  jobBug: { path: 'bin/calc.js', find: 'process.exitCode = 1', replace: 'process.exitCode = 0' },
}
