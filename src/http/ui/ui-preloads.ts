import { z } from '@hono/zod-openapi'
import type { UiFile } from './ui-files.ts'

/** The build's entry for one module: its file, and its static imports. */
const Manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    imports: z.array(z.string()).default([]),
    isEntry: z.boolean().default(false),
  }),
)
type Manifest = z.infer<typeof Manifest>

interface Screen {
  readonly path: RegExp
  /** Outermost first. */
  readonly modules: readonly string[]
  /** The API requests that the screen makes first; `$1` is the path's first match group. */
  readonly data: readonly string[]
}

/** The screens that are worth preloading; other screens are loaded by the router alone. */
const screens: readonly Screen[] = [
  { path: /^\/$/, modules: ['routes/new-job/new-job.tsx'], data: [] },
  { path: /^\/jobs$/, modules: ['routes/jobs/jobs.tsx'], data: [] },
  {
    path: /^\/jobs\/([\w-]+)$/,
    modules: ['routes/job.tsx', 'board/board.tsx'],
    data: ['/api/jobs/$1', '/api/jobs/$1/tasks'],
  },
  {
    path: /^\/jobs\/([\w-]+)\/team$/,
    modules: ['routes/job.tsx', 'job/team/team.tsx'],
    data: ['/api/jobs/$1'],
  },
]

/**
 * Returns a function for the value of a `Link` header that lets a browser fetch the shell, a page's screen and its first
 * API responses along with the page; null when there is nothing to preload. A browser fetches six at a time, in this order,
 * so the slowest response comes first. `manifest` is the file that the build writes (`manifest.json`), or null.
 */
export function openPreloads(): (manifest: UiFile | null, path: string) => string | null {
  let read: { readonly tag: string; readonly manifest: Manifest } | null = null
  return (file, path) => {
    const screen = screens.find((one) => one.path.test(path))
    if (file === null || screen === undefined) return null
    if (read?.tag !== file.tag) {
      const parsed = Manifest.safeParse(JSON.parse(new TextDecoder().decode(file.bytes)))
      read = { tag: file.tag, manifest: parsed.data ?? {} }
    }
    const scripts = filesOf(read.manifest, screen.modules).map((name) => `</${name}>; rel=modulepreload`)
    const data = screen.data.map(
      (url) => `<${path.replace(screen.path, url)}>; rel=preload; as=fetch; crossorigin`,
    )
    return scripts.length === 0
      ? null
      : ['</theme.js>; rel=preload; as=script', ...scripts, ...data].join(', ')
  }
}

/**
 * Returns the scripts of the shell and of the screen, with all their imports; empty when the build does not contain the
 * screen.
 */
function filesOf(manifest: Manifest, screen: readonly string[]): string[] {
  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry === true)
  if (screen.some((module) => manifest[module] === undefined)) return []
  return [...closure(manifest, [...entries, ...screen])]
    .flatMap((key) => manifest[key]?.file ?? [])
    .filter((file) => file.endsWith('.js'))
}

function closure(manifest: Manifest, keys: readonly string[], seen = new Set<string>()): Set<string> {
  for (const key of keys) {
    if (seen.has(key)) continue
    seen.add(key)
    closure(manifest, manifest[key]?.imports ?? [], seen)
  }
  return seen
}
