import type { BlueprintTask } from '../../blueprint.ts'

/** Returns the tasks that every web page blueprint has in addition to its core: its style, and the page itself. */
export function webTasks(core: string, about: string, accepted: readonly string[]): BlueprintTask[] {
  return [
    {
      key: 'look',
      title: 'Style the page and preview it',
      description:
        'Write style.css (light and dark, the accent colour as --accent, visible focus) and bin/preview.js: a small server for the files of the page on this machine; with --check it fetches the page and every local file that it names.',
      dependsOn: [],
      acceptance: ['the preview serves the files of the page and nothing else'],
      checks: ["grep -q -e '--accent' style.css"],
      files: ['style.css', 'bin/preview.js', 'test/preview.test.js'],
    },
    {
      key: 'page',
      title: 'Build the page',
      description: `Write index.html and src/page.js: ${about}. src/page.js exports mount(document, ...), so that it is tested without a browser.`,
      dependsOn: [core, 'look'],
      acceptance: accepted,
      checks: ["grep -q '<title>.' index.html", `grep -q 'src="src/page.js"' index.html`],
      files: ['index.html', 'src/page.js', 'test/page.test.js'],
    },
  ]
}

/** The page references every file it needs; only a check of the whole job fetches them. */
export const webJobChecks: readonly string[] = ['node bin/preview.js --check']
export const webJobBug = { path: 'index.html', find: 'href="style.css"', replace: 'href="styles.css"' }
export const webUsage: readonly string[] = ['node bin/preview.js', 'node bin/preview.js --check']
