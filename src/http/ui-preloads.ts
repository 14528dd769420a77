import { z } from '@hono/zod-openapi'
import type { UiFile } from './ui-files.ts'

/** What the build says of one module: its file, and the modules it imports at once. */
const Manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    imports: z.array(z.string()).default([]),
    isEntry: z.boolean().default(false),
  }),
)
type Manifest = z.infer<typeof Manifest>

/** The screens behind addresses that people wait for, outermost first; other screens are found by the router alone. */
const screens: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/$/, ['routes/new-job.tsx']],
  [/^\/jobs$/, ['routes/jobs.tsx']],
  [/^\/jobs\/[^/]+$/, ['routes/job.tsx', 'board/board.tsx']],
  [/^\/jobs\/[^/]+\/team$/, ['routes/job.tsx', 'job/team.tsx']],
]

/**
 * The value of a `Link` header that lets a browser fetch a page's screen beside the shell rather than after it; null where
 * there is nothing to say. `manifest` is the file that the build writes (`.vite/manifest.json`), or null.
 */
export function openPreloads(): (manifest: UiFile | null, path: string) => string | null {
  let read: { readonly tag: string; readonly manifest: Manifest } | null = null
  return (file, path) => {
    const modules = screens.find(([pattern]) => pattern.test(path))?.[1]
    if (file === null || modules === undefined) return null
    if (read?.tag !== file.tag) {
      const parsed = Manifest.safeParse(JSON.parse(new TextDecoder().decode(file.bytes)))
      read = { tag: file.tag, manifest: parsed.data ?? {} }
    }
    const files = filesOf(read.manifest, modules)
    return files.length === 0 ? null : files.map((name) => `</${name}>; rel=modulepreload`).join(', ')
  }
}

/** The scripts of the modules and of all they import, but for those that the page itself names. */
function filesOf(manifest: Manifest, modules: readonly string[]): string[] {
  const entries = Object.keys(manifest).filter((name) => manifest[name]?.isEntry === true)
  const shell = closure(manifest, entries)
  return [...closure(manifest, modules)]
    .filter((name) => !shell.has(name))
    .flatMap((name) => manifest[name]?.file ?? [])
    .filter((file) => file.endsWith('.js'))
}

function closure(manifest: Manifest, names: readonly string[], seen = new Set<string>()): Set<string> {
  for (const name of names) {
    if (seen.has(name)) continue
    seen.add(name)
    closure(manifest, manifest[name]?.imports ?? [], seen)
  }
  return seen
}
