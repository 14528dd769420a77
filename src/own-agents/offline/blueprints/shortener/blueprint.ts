import type { Blueprint } from '../../blueprint.ts'

/** A URL shortener over node:http, links in memory. */
export const blueprint: Blueprint = {
  id: 'shortener',
  titles: {
    en: 'URL shortener',
    de: 'Linkverkürzer',
    fr: "Raccourcisseur d'adresses",
    es: 'Acortador de enlaces',
  },
  summary: 'a URL shortener with a page for people and an API for programs, which keeps its links in memory',
  features: [
    'It gives every address a short random code, the same address always the same one.',
    'It redirects whoever follows a short link, and counts the visits.',
    'It refuses anything but complete http and https addresses.',
    'It has a page with a form, and a JSON API.',
  ],
  usage: ['node bin/serve.js', `curl -d '{"url":"https://example.org/"}' http://127.0.0.1:8080/api/links`],
  bin: 'bin/serve.js',
  tasks: [
    {
      key: 'links',
      title: 'Make and resolve short links',
      description:
        'Write src/links.js: openLinks() with add(address), visit(code) and visits(code) in memory; randomCode(); checkAddress(text) accepts http and https only and throws a LinkError otherwise.',
      dependsOn: [],
      acceptance: [
        'a code leads to its address',
        'the same address gets the same code',
        'javascript: and the like are refused',
      ],
      checks: [
        `node --input-type=module -e "import { openLinks } from './src/links.js'; const links = openLinks(); process.exit(links.visit(links.add('https://example.org/a')) === 'https://example.org/a' ? 0 : 1)"`,
      ],
      files: ['package.json', '.gitignore', 'src/links.js', 'test/links.test.js'],
    },
    {
      key: 'page',
      title: 'Draw the page',
      description:
        'Write src/page.js: renderPage({ short, problem }) gives a complete HTML page with a form; everything from outside is escaped.',
      dependsOn: [],
      acceptance: ['the page has a form', 'text is escaped'],
      checks: [
        `node --input-type=module -e "import { renderPage } from './src/page.js'; process.exit(renderPage({ problem: '<b>' }).includes('<b>') ? 1 : 0)"`,
      ],
      files: ['src/page.js', 'test/page.test.js'],
    },
    {
      key: 'server',
      title: 'Serve it over HTTP',
      description:
        'Write src/server.js and bin/serve.js on src/links.js and src/page.js: GET / is the page, POST / and POST /api/links shorten, GET /<code> redirects with 302, GET /api/links/<code> counts; bodies are limited. bin/serve.js --check shortens and follows one link.',
      dependsOn: ['links', 'page'],
      acceptance: ['a short link redirects', 'bad requests are answered with 400, unknown codes with 404'],
      checks: ['node bin/serve.js --check'],
      files: ['src/server.js', 'bin/serve.js', 'test/server.test.js'],
    },
  ],
  jobChecks: [
    'node bin/serve.js --check',
    `node --input-type=module -e "import { createShortener } from './src/server.js'; const server = createShortener().listen(0, '127.0.0.1', async () => { const base = 'http://127.0.0.1:' + server.address().port; const type = (await fetch(base)).headers.get('content-type'); server.close(); process.exitCode = type.startsWith('text/html') ? 0 : 1 })"`,
  ],
  bug: {
    path: 'src/links.js',
    find: 'byCode.set(code, { address, visits: 0 })',
    replace: 'byCode.set(code, { address: text.slice(0, 20), visits: 0 })',
  },
  jobBug: {
    path: 'src/server.js',
    find: "'text/html; charset=utf-8'",
    replace: "'text/plain; charset=utf-8'",
  },
}
