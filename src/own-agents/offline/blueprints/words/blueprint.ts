import type { Blueprint } from '../../blueprint.ts'

/** A word counter for the command line. */
export const blueprint: Blueprint = {
  id: 'words',
  titles: {
    en: 'Word frequency',
    de: 'Worthäufigkeit',
    fr: 'Fréquence des mots',
    es: 'Frecuencia de palabras',
  },
  summary: 'a tool for the command line that counts how often the words of a text occur',
  features: [
    'It counts words in any script, regardless of case.',
    'It lists the most frequent words first, with their share and a bar.',
    'It writes CSV for other programs.',
    'It reads files or stdin, explains mistakes on stderr and exits with 1.',
  ],
  usage: ['node bin/words.js --top 5 README.md', 'echo "to be or not to be" | node bin/words.js --csv'],
  bin: 'bin/words.js',
  tasks: [
    {
      key: 'count',
      title: 'Count words',
      description:
        'Write src/count-words.js: wordsOf(text) splits a text of any script into words in lower case, countWords(text, { minLength, ignore }) gives { word, count } with the most frequent first and equals in alphabetical order.',
      dependsOn: [],
      acceptance: ['case does not matter', 'apostrophes and hyphens inside a word belong to it'],
      checks: [
        `node --input-type=module -e "import { countWords } from './src/count-words.js'; process.exit(countWords('b a B')[0].count === 2 ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/count-words.js', 'test/count-words.test.js'],
    },
    {
      key: 'table',
      title: 'Show counts as a table and as CSV',
      description:
        'Write src/table.js: toTable(counts) gives aligned lines with count, share and a bar; toCsv(counts) gives CSV with a header (RFC 4180).',
      dependsOn: [],
      acceptance: ['columns line up', 'CSV quotes what needs quoting'],
      checks: [
        `node --input-type=module -e "import { toCsv } from './src/table.js'; process.exit(toCsv([{ word: 'a', count: 1 }])[1] === 'a,1' ? 0 : 1)"`,
      ],
      files: ['src/table.js', 'test/table.test.js'],
    },
    {
      key: 'cli',
      title: 'Build the command',
      description:
        'Write bin/words.js on src/count-words.js and src/table.js: [--top N] [--min-length N] [--csv] [file ...], or the text on stdin.',
      dependsOn: ['count', 'table'],
      acceptance: ['text is read from files or stdin', '--top, --min-length and --csv do what they say'],
      checks: ['echo "to be or not to be" | node bin/words.js --csv --top 1 | grep -qx "be,2"'],
      files: ['bin/words.js', 'test/cli.test.js'],
    },
  ],
  jobChecks: [
    'echo "to be or not to be" | node bin/words.js --csv | grep -qx "to,2"',
    '! node bin/words.js --top none 2>/dev/null </dev/null',
  ],
  bug: {
    path: 'src/count-words.js',
    find: '(counts.get(word) ?? 0) + 1',
    replace: '(counts.get(word) ?? 1)',
  },
  jobBug: { path: 'bin/words.js', find: 'process.exitCode = 1', replace: 'process.exitCode = 0' },
}
