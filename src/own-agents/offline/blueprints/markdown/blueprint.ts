import type { Blueprint } from '../../blueprint.ts'

/** A converter from Markdown to HTML that escapes HTML in the source. */
export const blueprint: Blueprint = {
  id: 'markdown',
  titles: { en: 'Markdown to HTML', de: 'Markdown zu HTML', fr: 'Markdown vers HTML', es: 'Markdown a HTML' },
  summary: 'a converter from Markdown to HTML for the command line, which escapes all HTML of its source',
  features: [
    'It knows headings, paragraphs, emphasis, code, links, images, lists, quotes, fences and rules.',
    'It escapes HTML, and makes no links of addresses that a browser would run.',
    'It writes a piece of HTML, or with --page a whole page.',
    'It reads a file or stdin, explains mistakes on stderr and exits with 1.',
  ],
  usage: ['node bin/md2html.js --page README.md', 'echo "# Hello" | node bin/md2html.js'],
  bin: 'bin/md2html.js',
  tasks: [
    {
      key: 'inline',
      title: 'Convert what stands inside a line',
      description:
        'Write src/inline.js: renderInline(text) with emphasis, code, links and images, and escapeHtml(text). Everything is escaped; javascript: and data: addresses are no links.',
      dependsOn: [],
      acceptance: ['HTML of the source is escaped', 'addresses that a browser would run are no links'],
      checks: [
        `node --input-type=module -e "import { renderInline } from './src/inline.js'; process.exit(renderInline('<b>**x**') === '&lt;b&gt;<strong>x</strong>' ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/inline.js', 'test/inline.test.js'],
    },
    {
      key: 'page',
      title: 'Wrap HTML in a page',
      description:
        'Write src/page.js: toPage(body, title) gives a complete HTML document; the title is escaped.',
      dependsOn: [],
      acceptance: ['the page is complete and its title escaped'],
      checks: [
        `node --input-type=module -e "import { toPage } from './src/page.js'; process.exit(toPage('x', '<').includes('<title>&lt;</title>') ? 0 : 1)"`,
      ],
      files: ['src/page.js', 'test/page.test.js'],
    },
    {
      key: 'cli',
      title: 'Convert blocks and build the command',
      description:
        'Write src/markdown.js on src/inline.js: toHtml(markdown) with headings, paragraphs, nested lists, quotes, fences and rules; and bin/md2html.js: [--page] [file], or stdin.',
      dependsOn: ['inline', 'page'],
      acceptance: ['every kind of block is converted', 'a file or stdin becomes HTML on stdout'],
      checks: ['echo "# Hi *you*" | node bin/md2html.js | grep -qx "<h1>Hi <em>you</em></h1>"'],
      files: ['src/markdown.js', 'test/markdown.test.js', 'bin/md2html.js', 'test/cli.test.js'],
    },
  ],
  jobChecks: [
    'echo "<script>" | node bin/md2html.js | grep -qx "<p>&lt;script&gt;</p>"',
    '! node bin/md2html.js no-such-file.md 2>/dev/null',
  ],
  bug: { path: 'src/inline.js', find: "'<': '&lt;'", replace: "'<': '<'" },
  jobBug: { path: 'bin/md2html.js', find: 'process.exitCode = 1', replace: 'process.exitCode = 0' },
}
